"""The wire: recorded and hostile bytes, the client over a transport of ours, time-outs over real sockets."""
