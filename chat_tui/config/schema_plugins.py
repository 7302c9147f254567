"""Settings of what OpenRouter runs beside the model: plugins, by their ids, and its tools, by their types.

Files have them as the wire does, `[[plugins]] id = "web"`; the name of a field is `plugins.web.max_results`.
"""

from __future__ import annotations

from chat_tui.config.setting import Setting, grouped, texts

_PRICE = (
    "Exa costs $4 per 1,000 results, so at most $0.02 for a search of 5; a model's own search costs what its provider "
    "asks. What is found is paid for as a part of the prompt."
)
_MODES = ("instant", "fast", "auto", "deep-lite", "deep", "deep-reasoning", "turbo", "basic", "advanced")
_SIZES = ("low", "medium", "high")
_TIERS = ("low", "medium", "high", "xhigh", "max")
_TOOL = "tools.openrouter:web_search"
_COUNT_UNIT = "results"
_POSTS = "Only xAI's models search X; each post that is found is paid for."
_GUARDING = ("enforce", "audit")
_PAID = "Each model that is asked is paid for."
_SWITCH = "“off” also switches off what the account has as its default."


def _switch(plugin: str, label: str, help: str, *, short: str = "", price: str = "") -> Setting:
    return Setting(f"plugins.{plugin}.enabled", bool, f"{help} {_SWITCH}", label=label, short=short, price=price)


_SEARCH = grouped(
    "Web search",
    Setting(
        f"{_TOOL}.enabled",
        bool,
        "Whether the model may search the web when it wants to, by OpenRouter's tool.",
        label="Web search",
        short="search",
        price=_PRICE,
        parameter="tools",
    ),
    Setting(
        f"{_TOOL}.parameters.engine",
        str,
        "Who searches.",
        choices=("auto", "native", "exa", "parallel", "firecrawl", "perplexity"),
        label="Search engine",
        short="search-engine",
        price=_PRICE,
    ),
    Setting(
        f"{_TOOL}.parameters.max_results",
        int,
        "How many results each search gives; 5 unless told.",
        low=1,
        unit=_COUNT_UNIT,
        label="Results per search",
        short="search-results",
        price=_PRICE,
    ),
    Setting(
        f"{_TOOL}.parameters.max_total_results",
        int,
        "How many results a reply may use in all; 50 unless told.",
        low=1,
        unit=_COUNT_UNIT,
        label="Results per reply",
    ),
    Setting(f"{_TOOL}.parameters.max_uses", int, "How often a reply may search.", low=1, label="Searches per reply"),
    Setting(
        f"{_TOOL}.parameters.max_characters",
        int,
        "How much of a result the model gets.",
        low=1,
        unit="characters",
        label="Length of a result",
    ),
    Setting(
        f"{_TOOL}.parameters.search_context_size",
        str,
        "How much of the web the model takes in.",
        choices=_SIZES,
        label="Search context size",
        short="search-context",
    ),
    texts(f"{_TOOL}.parameters.allowed_domains", "The only sites that are searched.", label="Search only these sites"),
    texts(f"{_TOOL}.parameters.excluded_domains", "Sites that aren't searched.", label="Never search these sites"),
    Setting(f"{_TOOL}.parameters.mode", str, "How thoroughly it searches.", choices=_MODES, label="Search mode"),
    Setting(
        f"{_TOOL}.parameters.user_location",
        dict,
        "Where you are, for what is near: type, city, region, country, timezone.",
        label="Search location",
    ),
    Setting(f"{_TOOL}.parameters.x_search", dict, "How X is searched.", label="X search", price=_POSTS),
    Setting(
        "web_search_options.search_context_size",
        str,
        "How much of the web a model that searches by itself takes in.",
        choices=_SIZES,
        label="Native context size",
        price="A model's own search costs more the larger this is.",
        parameter="web_search_options",
    ),
    texts("x_search_filter.allowed_x_handles", "The only authors that a search of X finds."),
    texts("x_search_filter.excluded_x_handles", "Authors that it doesn't find."),
    Setting("x_search_filter.from_date", str, "The first day, as “2026-01-31”.", label="X search from"),
    Setting("x_search_filter.to_date", str, "The last day.", label="X search to"),
    Setting(
        "x_search_filter.enable_image_understanding", bool, "Whether it looks at pictures.", label="X search: pictures"
    ),
    Setting(
        "x_search_filter.enable_video_understanding", bool, "Whether it looks at videos.", label="X search: videos"
    ),
)

_OLDER_SEARCH = grouped(
    "Web search before every reply (older)",
    _switch("web", "Web plugin", "Whether the web is searched for every prompt.", short="web", price=_PRICE),
    Setting(
        "plugins.web.engine",
        str,
        "Who searches; the model's own search where it has one, unless told.",
        choices=("native", "exa", "firecrawl", "parallel", "perplexity"),
        label="Web plugin's engine",
        short="web-engine",
        price=_PRICE,
    ),
    Setting(
        "plugins.web.max_results",
        int,
        "How many results; 5 unless told.",
        low=1,
        unit=_COUNT_UNIT,
        label="Web plugin's results",
        short="web-results",
        price=_PRICE,
    ),
    Setting("plugins.web.max_uses", int, "How often it may search.", low=1, label="Web plugin's searches"),
    Setting("plugins.web.mode", str, "How thoroughly it searches.", choices=_MODES, label="Web plugin's mode"),
    Setting("plugins.web.search_prompt", str, "What introduces the results to the model.", label="Search prompt"),
    texts("plugins.web.include_domains", "The only sites that are searched.", label="Web plugin: only these sites"),
    texts("plugins.web.exclude_domains", "Sites that aren't searched.", label="Web plugin: never these sites"),
    Setting("plugins.web.user_location", dict, "Where you are.", label="Web plugin's location"),
    Setting("plugins.web.x_search", dict, "How X is searched.", label="Web plugin: X search", price=_POSTS),
)

_FILES = grouped(
    "Files, repair, compression",
    _switch("file-parser", "File parser", "Whether files become text for models that read none; "
            "PDF files by the free engine unless told."),
    Setting(
        "plugins.file-parser.pdf.engine",
        str,
        "How PDF files are read.",
        choices=("cloudflare-ai", "mistral-ocr", "native", "pdf-text"),
        label="PDF engine",
        short="pdf",
        price="cloudflare-ai (once called pdf-text) costs nothing, mistral-ocr $2 per 1,000 pages, native the model's "
        "price of tokens. Without the parser, OpenRouter takes mistral-ocr for models that read no files.",
    ),
    _switch(
        "response-healing",
        "Response healing",
        "Whether JSON that the model broke is mended; only in replies that don't stream.",
        short="healing",
    ),
    _switch(
        "context-compression",
        "Context compression",
        "Whether a conversation that is too long loses its middle; models of 8k context do so unless this is off.",
        short="compress",
    ),
    Setting(
        "plugins.context-compression.engine",
        str,
        "How it is shortened.",
        choices=("middle-out",),
        label="Compression engine",
    ),
    Setting("plugins.web-fetch.enabled", bool, "Whether web pages are read for the model.", label="Web fetch plugin"),
    texts("plugins.web-fetch.allowed_domains", "The only sites that are read.", label="Web fetch: only these sites"),
    texts("plugins.web-fetch.blocked_domains", "Sites that aren't read.", label="Web fetch: never these sites"),
    Setting(
        "plugins.web-fetch.max_content_tokens", int, "Where long pages are cut.", low=1, unit="tokens",
        label="Web fetch: length of a page",
    ),
    Setting("plugins.web-fetch.max_uses", int, "How many pages are read.", low=1, label="Web fetch: pages"),
)  # fmt: skip

_GUARDS = grouped(
    "Guards",
    Setting("plugins.moderation.enabled", bool, "Whether the prompt is moderated first.", label="Moderation"),
    Setting("plugins.alignment.enabled", bool, "Whether replies are held against the rules below.", label="Alignment"),
    Setting("plugins.alignment.rules", list, "What replies must not break, each with the parts of them to watch: rule, "
            "watch.", item=Setting("", dict, "", needs="rule"), label="Alignment: rules"),
    Setting("plugins.alignment.mode", str, "Whether a reply that breaks one is held back, or only reported; reported "
            "unless told.", choices=_GUARDING, label="Alignment: mode"),
    Setting("plugins.alignment.threshold", float, "From which likelihood on a rule counts as broken; 0.7 unless told.",
            low=0.01, high=1, label="Alignment: threshold"),
    Setting("plugins.alignment.instruct", bool, "Whether the model is told the rules; it is unless told.",
            label="Alignment: tell the rules"),
    Setting("plugins.alignment.max_retries", int, "How often a reply that was held back is asked for again; once "
            "unless told.", low=0, label="Alignment: retries", price="Each reply that was held back is paid for too."),
    _switch("armor", "Armor", "Whether the model's tool calls are judged before they happen.",
            price="Judging costs nothing while it is in beta."),
    Setting("plugins.armor.mode", str, "Whether a call that fails is held back, or only reported; held back unless "
            "told.", choices=_GUARDING, label="Armor: mode"),
    Setting("plugins.armor.on_error", str, "What becomes of a call that can't be judged; it is held back unless told.",
            choices=("block", "log"), label="Armor: on error"),
    Setting("plugins.armor.output_mode", str, "How a call that was held back is told; as text unless told.",
            choices=("text", "custom_item", "claude_code_compatibility"), label="Armor: output"),
    Setting("plugins.armor.evaluate_native_tools", bool, "Whether tools that the provider runs are judged too.",
            label="Armor: providers' tools"),
    Setting("plugins.armor.use_cc_style_default_rules", bool, "Whether the rules of Claude Code hold as well.",
            label="Armor: default rules"),
    Setting("plugins.armor.classifier_context", dict, "The rules: v, auto_mode with allow, soft_deny, hard_deny and "
            "environment.", label="Armor: rules"),
)  # fmt: skip

_ROUTERS = grouped(
    "Routers",
    *(
        row
        for router in ("auto-router", "auto-beta-router")
        for row in (
            _switch(router, f"{router}", f"Whether these rules hold for openrouter/{router.removesuffix('-router')}."),
            texts(f"plugins.{router}.allowed_models", "The only models it may choose, such as “anthropic/*”.",
                  label=f"{router}: only these models"),
            texts(f"plugins.{router}.excluded_models", "Models it may not choose.",
                  label=f"{router}: never these models"),
            Setting(f"plugins.{router}.cost_tier", str, "How dear its choice may be.", choices=_TIERS,
                    label=f"{router}: cost tier"),
            Setting(f"plugins.{router}.cost_quality_tradeoff", int, "The older form of the cost tier.", low=0, high=10,
                    label=f"{router}: cost against quality"),
        )
    ),
    Setting("plugins.auto-router.pin_model", bool, "Whether it stays with the model that it chose first.",
            label="auto-router: stay with the model"),
    _switch("pareto-router", "pareto-router", "Whether these rules hold for openrouter/pareto-code."),
    Setting("plugins.pareto-router.min_coding_score", float, "How good a model must be at code.", low=0, high=1,
            label="pareto-router: coding score"),
    Setting("plugins.pareto-router.max_price", float, "The dearest model.", low=0, unit="USD per million tokens",
            label="pareto-router: max price"),
    Setting("plugins.pareto-router.price_source", str, "Which price counts.", choices=("prompt", "weighted_avg"),
            label="pareto-router: price"),
    Setting("plugins.jev-router.enabled", bool, "Whether these rules hold for that router.", label="jev-router"),
    texts("plugins.jev-router.models", "The only models it may choose, such as “anthropic/*”.",
          label="jev-router: only these models"),
    texts("plugins.jev-router.allowed_models", "More of them.", label="jev-router: these models too"),
    texts("plugins.jev-router.excluded_models", "Models it may not choose.", label="jev-router: never these models"),
    Setting("plugins.jev-router.cost_tier", str, "How dear its choice may be: low, medium, high or a tier of its own.",
            label="jev-router: cost tier"),
    Setting("plugins.switchyard-router.enabled", bool, "Whether these rules hold for that router.",
            label="switchyard-router"),
    Setting("plugins.switchyard-router.algorithm", str, "How it chooses between a small and a large model; “stage” "
            "unless told.", choices=("capability", "stage", "auto", "random", "composite", "passthrough"),
            label="switchyard-router: algorithm"),
    Setting("plugins.switchyard-router.judge_model", str, "The model that judges how hard a task is.",
            label="switchyard-router: judge", price="What the judge is asked is paid for as any request."),
    _switch("fusion", "fusion", "Whether these rules hold for openrouter/fusion."),
    texts("plugins.fusion.analysis_models", "The models that are asked.", label="fusion: models",
          price=_PAID),
    Setting("plugins.fusion.model", str, "Which one makes one answer of theirs.", label="fusion: writer"),
    Setting("plugins.fusion.preset", str, "Which models, by OpenRouter's choice.",
            choices=("general-high", "general-budget", "general-fast"), label="fusion: set of models"),
    Setting("plugins.fusion.max_tool_calls", int, "How often they may use tools.", low=1, label="fusion: tool calls"),
    Setting("plugins.fusion.tools", list, "The tools that they may use.", item=Setting("", dict, "", needs="type"),
            label="fusion: tools"),
)  # fmt: skip

_TOOLS = grouped(
    "Tools",
    Setting("tools.openrouter:web_fetch.enabled", bool, "Whether the model may read web pages.", label="Web fetch",
            short="fetch", parameter="tools"),
    Setting("tools.openrouter:web_fetch.parameters", dict, "How it reads: engine, max_uses, allowed_domains.",
            label="Web fetch options"),
    Setting("tools.openrouter:datetime.enabled", bool, "Whether the model may ask for the date and the time.",
            label="Date and time", short="clock", parameter="tools"),
    Setting("tools.openrouter:datetime.parameters.timezone", str, "Of where, such as “Europe/Berlin”.",
            label="Time zone"),
    Setting("tools.openrouter:image_generation.enabled", bool, "Whether the model may have pictures made.",
            label="Image generation", parameter="tools", price="Each picture costs what its model asks."),
    Setting("tools.openrouter:image_generation.parameters", dict, "How they are made: model, size, quality.",
            label="Image generation options"),
    *(
        row
        for tool, label, help, keys, price in (
            ("fusion", "Fusion", "ask several models and weigh their answers",
             "analysis_models, model, max_tool_calls", _PAID),
            ("advisor", "Advisor", "ask another model for advice", "model, instructions, forward_transcript", _PAID),
            ("subagent", "Subagent", "give a task to another model", "model, instructions, tools", _PAID),
            ("experimental__search_models", "Model search", "search OpenRouter's models", "max_results", ""),
            ("bash", "Shell", "run commands in a container of OpenRouter's", "engine, environment", ""),
        )
        for row in (
            Setting(f"tools.openrouter:{tool}.enabled", bool, f"Whether the model may {help}.", label=label,
                    parameter="tools", price=price),
            Setting(f"tools.openrouter:{tool}.parameters", dict, f"How it does so: {keys}.", label=f"{label} options"),
        )
    ),
    Setting("tools.openrouter:files.enabled", bool, "Whether the model may read and write your account's files.",
            label="Files", parameter="tools"),
    Setting("tool_choice", (str, dict), "Whether the model must use a tool, or which.",
            choices=("auto", "none", "required"), needs="type", short="tool-choice", parameter="tool_choice"),
    Setting("parameters.parallel_tool_calls", bool, "Whether the model may call several tools at once.",
            parameter="parallel_tool_calls"),
    Setting("parameters.max_tool_calls", int, "How often OpenRouter's tools may run.", low=1, high=30,
            short="max-tool-calls"),
    Setting("stop_server_tools_when", list, "When OpenRouter's tools stop.", item=Setting("", dict, "", needs="type"),
            label="Stop tools when"),
    Setting("deferred_tools", dict, "Let the model search for tools.", needs="protocol"),
)  # fmt: skip

PLUGINS = (*_SEARCH, *_OLDER_SEARCH, *_FILES, *_GUARDS, *_ROUTERS, *_TOOLS)
