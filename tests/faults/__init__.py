"""What must not be lost: crashes, disks that refuse, damage, several writers."""
