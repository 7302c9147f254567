"""The causes that a failure can have: what to say about each, what helps, and whether time does.

In the texts `{name}` is the server, `{provider}` the provider, `{failed}` says that the request or the reply failed,
`{http}` is the status in parentheses, `{again}`, `{later}` and `{tomorrow}` offer another try with the wait that the
server asked for, and `{credits}`, `{keys}`, `{privacy}` and `{integrations}` are where OpenRouter keeps those settings.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat_tui.openrouter.errors import Action


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a request failed, as far as it can be told.

    Args:
        headline: What happened; the server's words follow it.
        advice: What to do: one sentence.
        actions: The same for programs, the likeliest to help first.
        transient: Whether the same request may well succeed later.
        final: Whether no server's word makes it transient: the limit stays until a date or a person changes it.
        vague: Whether the headline alone doesn't say why.
        silent: Whether the server's words add nothing.
    """

    headline: str
    advice: str
    actions: tuple[Action, ...]
    transient: bool = False
    final: bool = False
    vague: bool = False
    silent: bool = False


_GIVE_A_KEY = "Set OPENROUTER_API_KEY, or put the key in credentials.toml."
_AGAIN_OR_OTHER = "{again}, or choose another model."
_SHORTER = "Shorten the prompt, leave out old messages, or choose a model with a longer context."
_ATTACH_ANOTHER = "Attach another file, or leave it out."

# The key
NO_KEY = Cause("{name} wants a key, and there is none", _GIVE_A_KEY, ("give_key",), silent=True)
BAD_KEY = Cause("{name} doesn't accept the key", _GIVE_A_KEY, ("give_key",))
KEY_NOT_SEEN = Cause(
    "{name} saw no key in the request",
    "Copy the key again into OPENROUTER_API_KEY or credentials.toml, and check whether a proxy takes it away.",
    ("give_key", "check_network", "check_base_url"),
)
PERMISSION = Cause(
    "{name} doesn't allow this", "Check what the key may do, or use another.", ("give_key", "other_model"), vague=True
)
PROVIDER_ACCOUNT = Cause(
    "The provider refused {name}'s account",
    "Choose another provider or model.",
    ("other_provider", "other_model"),
)
OWN_PROVIDER_KEY = Cause(
    "The provider doesn't accept your own key for it",
    "Correct it{integrations}, or choose another provider or model.",
    ("other_provider", "other_model"),
)

# Money
CREDITS = Cause(
    "The credits don't cover this",
    "Add some{credits}, lower the reply's length, or choose a cheaper model.",
    ("add_credits", "less_output", "other_model"),
)
CREDITS_FOR_LESS = Cause(
    "The credits don't cover a reply of this length",
    "Lower the reply's length, add credits{credits}, or choose a cheaper model.",
    ("less_output", "add_credits", "other_model"),
)
CREDITS_FOR_PROMPT = Cause(
    "The credits don't cover a prompt of this length",
    "Add some{credits}, shorten the prompt, or choose a cheaper model.",
    ("add_credits", "shorten", "other_model"),
)
KEY_LIMIT = Cause(
    "The key's spending limit is reached",
    "Raise it{keys}, use another key, or lower the reply's length.",
    ("raise_limit", "give_key", "less_output"),
    final=True,
)
BUDGET = Cause(
    "A budget is used up",
    "Raise it{keys}, use another key, or wait until it starts again.",
    ("raise_limit", "give_key", "wait"),
    final=True,
)
IN_FLIGHT = Cause(
    "Requests that are still running hold the credits that are left",
    "{later}, or add credits{credits}.",
    ("wait", "add_credits", "less_output"),
    transient=True,
)
IN_FLIGHT_TOO_HEAVY = Cause(
    "This request could cost more than what is left beside the requests that are still running",
    "{later}, lower the reply's length, or add credits{credits}.",
    ("wait", "less_output", "add_credits"),
    transient=True,
)

# Moderation
MODERATION = Cause(
    "{provider}'s moderation refused the prompt",
    "Rephrase it, or choose another model.",
    ("rephrase", "other_model"),
)
POLICY = Cause(
    "{provider} refused the prompt for what is in it",
    "Rephrase it, or choose another model.",
    ("rephrase", "other_model"),
)
REFUSAL = Cause(
    "The model refused to answer", "Rephrase the prompt, or choose another model.", ("rephrase", "other_model")
)
GUARDRAIL = Cause(
    "A guardrail of the account refused the prompt",
    "Rephrase it, leave out what it names, or ask who set it.",
    ("rephrase", "shorten", "attach_less"),
)
BAD_PROMPT = Cause(
    "{provider} can't use the prompt", "Rephrase it, or choose another model.", ("rephrase", "other_model")
)

# Routing
UNKNOWN_MODEL = Cause(
    "{name} knows no such model",
    "Choose one in the model picker, or list them with `chat-tui models`.",
    ("other_model",),
)
RETIRED = Cause("The model has been retired", "Choose another model.", ("other_model",))
FREE_ENDED = Cause(
    "The free variant of the model has ended",
    "Choose the model without “:free”, or another one.",
    ("other_model",),
)
WRONG_ENDPOINT = Cause("The model isn't one to chat with", "Choose another model.", ("other_model",))
NO_ENDPOINTS = Cause(
    "Nothing can serve this request",
    "Choose another model, or loosen the provider and privacy settings.",
    ("other_model", "loosen_routing", "change_settings"),
)
NO_SUCH_INPUT = Cause(
    "No provider of the model takes what is attached",
    "Choose another model, or leave the attachments out.",
    ("other_model", "attach_less"),
)
NO_SUCH_SETTING = Cause(
    "No provider of the model supports all settings of this chat",
    "Change the settings, or choose another model.",
    ("change_settings", "other_model", "loosen_routing"),
)
DATA_POLICY = Cause(
    "The privacy settings leave no provider for this model",
    "Loosen this chat's{privacy}, or choose another model.",
    ("loosen_routing", "other_model"),
)
CONSTRAINT = Cause(
    "The provider settings leave no provider for this model",
    "Loosen them, or choose another model.",
    ("loosen_routing", "change_settings", "other_model"),
)
REGION = Cause(
    "The model isn't offered in this region",
    "Choose another model or provider.",
    ("other_model", "other_provider", "loosen_routing"),
)
GONE_UPSTREAM = Cause(
    "No provider serves the model at present",
    "Choose another model, or try again later.",
    ("other_model", "retry"),
)
NOT_AT_PROVIDER = Cause(
    "The provider doesn't have this model", "Choose another provider or model.", ("other_provider", "other_model")
)
NOT_FOUND = Cause(
    "{name} found nothing that answers this",
    "Check the base URL, or choose another model.",
    ("other_model", "check_base_url"),
    vague=True,
)

# Size
TOO_LONG = Cause(
    "The conversation is too long for this model", _SHORTER, ("shorten", "other_model", "less_output", "attach_less")
)
TEXT_TOO_LONG = Cause(
    "A text in the request is longer than the provider takes", _SHORTER, ("shorten", "attach_less", "other_model")
)
REPLY_TOO_LONG = Cause(
    "The reply may not be as long as the settings ask",
    "Lower the reply's length, or choose another model.",
    ("less_output", "other_model"),
)
TOO_LARGE = Cause(
    "The request is too large",
    "Attach less, or smaller files.",
    ("attach_less", "shorten"),
)

# Attachments
BAD_IMAGE = Cause("{provider} can't read an attached image", _ATTACH_ANOTHER, ("attach_less", "other_model"))
IMAGE_TOO_LARGE = Cause("An attached image is too large", "Attach a smaller one.", ("attach_less", "other_model"))
IMAGE_TOO_SMALL = Cause("An attached image is too small", "Attach a larger one.", ("attach_less", "other_model"))
IMAGE_FORMAT = Cause(
    "The model doesn't take images of this format",
    "Attach it as PNG or JPEG, or choose another model.",
    ("attach_less", "other_model"),
)
IMAGE_NOT_FOUND = Cause("An image that the prompt links to isn't there", _ATTACH_ANOTHER, ("attach_less",))
IMAGE_NOT_LOADED = Cause(
    "{provider} couldn't load an image that the prompt links to",
    "Attach the file itself, or send it again.",
    ("attach_less", "retry"),
)

# The request
BAD_REQUEST = Cause(
    "{name} can't use this request",
    "Change the settings, the attachments or the model.",
    ("change_settings", "attach_less", "other_model"),
    vague=True,
)
NOT_OFFERED = Cause(
    "{name} doesn't offer this{http}", "Check the base URL.", ("check_base_url", "other_model"), vague=True
)
REFUSED = Cause(
    "{name} refused the request{http}",
    "Check the settings and send it again.",
    ("change_settings", "retry"),
    vague=True,
)

PROXY_LOGIN = Cause(
    "A proxy on the way wants a login{http}", "Put user and password into HTTP_PROXY.", ("check_network",), silent=True
)
NETWORK_LOGIN = Cause(
    "The network wants a login{http}",
    "Log in with a browser, then send it again.",
    ("check_network", "retry"),
    silent=True,
)

# Limits
DAILY_FREE = Cause(
    "The daily limit for free models is reached",
    "{tomorrow}, add credits for a higher limit, or choose a model that costs.",
    ("other_model", "add_credits", "wait"),
    final=True,
)
DAILY_FREE_HIGH = Cause(
    "The daily limit for free models is reached",
    "{tomorrow}, or choose a model that costs.",
    ("other_model", "wait"),
    final=True,
)
DAILY = Cause(
    "A daily limit of the provider is reached",
    "Choose another provider or model, or wait until it starts again.",
    ("other_provider", "other_model", "wait"),
    final=True,
)
FREE_PER_MINUTE = Cause(
    "Too many requests to free models in a minute",
    "{later}, or choose a model that costs.",
    ("retry", "other_model"),
    transient=True,
)
SHARED_POOL = Cause(
    "The provider's shared capacity is busy",
    "{later}; another provider may be free now.",
    ("retry", "other_provider", "other_model"),
    transient=True,
)
OWN_LIMIT = Cause(
    "Your own key at the provider has reached its limit",
    "{later}, or choose another provider.",
    ("retry", "other_provider", "other_model"),
    transient=True,
)
ADMISSION = Cause(
    "{name} takes no more requests for this model just now",
    "{later}, or choose another model.",
    ("retry", "other_model"),
    transient=True,
)
RATE = Cause("Too many requests", "{later}, or choose another model.", ("retry", "other_model"), transient=True)

# Load
OVERLOADED = Cause(
    "{provider} is overloaded{http}",
    "{again}, or choose another provider or model.",
    ("retry", "other_provider", "other_model"),
    transient=True,
)
UNAVAILABLE = Cause(
    "{provider} failed{http}",
    "{again}, or choose another provider or model.",
    ("retry", "other_provider", "other_model"),
    transient=True,
    vague=True,
)
NO_CAPACITY = Cause(
    "All capacity for this model is in use", _AGAIN_OR_OTHER, ("retry", "other_model", "other_provider"), transient=True
)
TEMPORARY = Cause(
    "The model is unavailable for a moment",
    _AGAIN_OR_OTHER,
    ("retry", "other_model", "other_provider"),
    transient=True,
)
NOT_NOW = Cause(
    "{name} can't serve this request just now{http}",
    _AGAIN_OR_OTHER,
    ("retry", "other_model", "loosen_routing"),
    transient=True,
    vague=True,
)
TIMED_OUT = Cause(
    "{provider} took too long{http}",
    "{again}, or choose another provider or model.",
    ("retry", "other_provider", "other_model"),
    transient=True,
)
GATEWAY_TIMED_OUT = Cause(
    "Something before {name} stopped waiting for the answer{http}",
    "Whether it is still being written isn't known; send it again if nothing shows up in the activity.",
    ("retry", "other_model"),
    silent=True,
)
SERVER = Cause("{failed}", _AGAIN_OR_OTHER, ("retry", "other_model", "other_provider"), transient=True, vague=True)
UNKNOWN = Cause("{failed}", _AGAIN_OR_OTHER, ("retry", "other_model", "other_provider"))
