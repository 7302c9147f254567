"""What the demo models say: the texts themselves."""

MARKDOWN = """\
# A reply with everything in it

This is a **simulated** answer from the demo server: no model wrote it, and nothing left this computer. It shows how \
*ordinary* Markdown looks, with `inline code`, ~~a correction~~ and [a link](https://openrouter.ai/docs).

## Two days in Kyoto

1. **Fushimi Inari** at dawn, before the crowds
2. Nishiki market for lunch
   - pickles (漬物)
   - grilled squid on a stick 🦑
   - tea, of course 🍵
3. The Philosopher's Path, slowly

> Travel is a good way to learn how little luggage you need.
>
> — somebody with a small rucksack

The same plan, for a machine:

```python
from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    name: str
    minutes: int = 60


route = [Stop("伏見稲荷", 120), Stop("錦市場")]
print(sum(stop.minutes for stop in route), "minutes")
```

And for a spreadsheet:

| Stop | Japanese | Minutes | Cost |
|:-----|:--------:|--------:|-----:|
| Fushimi Inari | 伏見稲荷 | 120 | free |
| Nishiki | 錦市場 | 60 | ¥1,500 |

---

Ask again for the same, or try `demo/reasoning`, `demo/slow` and `demo/fast` 🚀.
"""

REASONING = """\
The user wants an answer, and this is a simulation, so I should say so first. Let me take a small problem that shows \
the work: how many handshakes are there among 12 people?

Each person shakes 11 hands, and every handshake is counted twice, once from each side. So 12 × 11 = 132, and half of \
that is 66. A check with 3 people: 3 × 2 / 2 = 3, which is right.

I'll give the number, the formula, and why we halve.
"""

REASONED_ANSWER = """\
This is a **simulated** answer; the reasoning above it is part of the demonstration.

Among 12 people there are **66** handshakes: each shakes 11 hands, and every handshake would be counted from both sides.

$$\\frac{n(n-1)}{2} = \\frac{12 \\cdot 11}{2} = 66$$
"""

SLOW = """\
This is a **simulated** answer, at about eight tokens a second, so that there is time to look around while it arrives.

Scroll up, and the text stays where you read it. Type the next prompt. Open the model list and close it again. Search \
for a word that has not come yet. Switch to another conversation and back: nothing is lost, because the words are kept \
before they are shown.

- Stop it half-way, and what has arrived stays, marked as interrupted.
- Make the window narrow, then wide again.
- Leave it alone, and it ends by itself.

Slow models have their virtues: you read along, and sometimes you see in the third sentence that the question was \
wrong. Then stopping early saves money as well as time; the price of a reply is mostly the price of its words.

A last paragraph, so that the end doesn't come as a surprise. There is nothing in it but a few more words, some of \
which are longer than others, and a full stop.
"""

# One section of `demo/fast`, repeated with a new number until there are enough tokens.
FAST_SECTION = """\
## Section {number}

Simulated text, as fast as the connection takes it. Paragraph {number} has **bold**, *italic* and `code`, and a [link]\
(https://openrouter.ai) for good measure. 日本語も少し。

- first of {number}
- second, with `value = {number}`
  1. nested

```python
def section_{number}(words: list[str]) -> int:
    return sum(len(word) for word in words)
```

| number | square |
|-------:|-------:|
| {number} | {square} |

"""

ESCAPE_REASONING = (
    "Simulated hostile reasoning. \x1b]0;owned\x07 \x1b[31mred \x9b31mC1 red \x1b[?1049l "
    "[bold]loud[/bold] [/nothing] [@click=app.quit]x[/] \u202esdrawkcab\u202c \x1b]8;;file:///etc/passwd\x1b\\here\x1b]8;;\x1b\\"
)

ESCAPE = (
    "This is a **simulated** hostile answer. Everything after a colon must be visible and harmless.\n\n"
    "- OSC 52, the clipboard: \x1b]52;c;cm0gLXJmIH4=\x07 and with ST \x1b]52;c;cm0gLXJmIH4=\x1b\\\n"
    "- CSI, clear the screen: \x1b[2J\x1b[H\x1b[3J\n"
    "- C1 CSI, DCS, OSC, ST: \x9b2J \x90q#0\x9c \x9d52;c;cm0gLXJmIH4=\x9c\n"
    "- BEL, BS, DEL, NUL, CR, reset: \x07 \x08 \x7f \x00 a\rb \x1bc\n"
    "- Alternate screen, mouse, window title: \x1b[?1049h \x1b[?1003h \x1b]2;owned\x07\n"
    "- Bidirectional overrides: \u202etxet desrever\u202c \u2066isolate\u2069 \u200fmark\n"
    "- Line ends that aren't: one\x85two\u2028three\u2029four\x0bfive\x0csix\n"
    "- Zero width: a\u200bb\u2060c\ufeffd\n"
    "- Markup: [/foo] [bold]loud[/bold] [@click=app.quit]x[/] [link=file:///etc/passwd]here[/link] \\[escaped]\n"
    "- Links: [looks safe](javascript:alert(1)) [file](file:///etc/passwd) <https://example.com/\u202egnp.exe>\n\n"
    "`code with \x1b[2J and [/bar]`\n\n"
    "```python [/baz]\x1b[2J\nprint('\x1b]52;c;cm0gLXJmIH4=\x07')  # [/qux]\n```\n\n"
    "| \x1b[31mhead | [/cell] |\n|---|---|\n| \x9b2J | [@click=app.quit]x[/] |\n"
)

BEGINNING = """\
This is a **simulated** answer that doesn't reach its end. The words up to here have arrived and must not be lost: \
once upon a time there was a connection that"""

FLAKY = """\
This is a **simulated** answer, at last: the first attempts were refused, and somebody tried again. If you saw nothing \
of that, your client did well.
"""

KEEP_ALIVE = """\
This is a **simulated** answer after a long wait. Before its first word there were only comments, which say that \
somebody is still there and nothing else.
"""

SLOW_HEADERS = """\
This is a **simulated** answer whose headers took their time. A client must not take that for a lost connection.
"""

GARBAGE = """\
This is a **simulated** answer with rubbish between its chunks: halves of JSON, fields that nobody knows, bytes that \
are no text. All of these words should have arrived, in order, and nothing else.
"""

TOOLS_ANSWER = """\
This is a **simulated** answer after the functions were called. They said:

{results}
"""

NO_TOOLS = """\
This is a **simulated** answer in words: the request forbids calling functions.
"""

JSON = {
    "simulated": True,
    "question": "What fits into a small rucksack?",
    "answers": ["a book", "an apple"],
    "count": 2,
}

IMAGE = """\
Here is a **simulated** image: a disc on a gradient, drawn in code.
"""

HUGE_IMAGE = """\
Here is a **simulated** image of 20 MB, on one line. There is nothing to see on it but noise.
"""

CITATIONS = """\
This is a **simulated** answer with sources: [openrouter.ai](https://openrouter.ai/docs/quickstart) says how to begin, \
and [example.org](https://example.org/kyoto) says nothing at all. Nobody searched the web for it.
"""

FILE = """\
This is a **simulated** answer about {names}. What a parser would have found in it comes along, so that it need not be \
parsed again.
"""

NO_FILE = """\
This is a **simulated** answer. Attach a file, and it says what became of it.
"""

AUDIO = "This is a simulated voice. You hear a tone, and these are the words that it stands for."

ENCRYPTED_REASONING = (
    "Simulated summary: the question was understood, two ways were compared, and the shorter one was taken."
)

ENCRYPTED = """\
This is a **simulated** answer after reasoning that nobody but its maker can read. Only the summary of it is open.
"""

LENGTH = """\
This is a **simulated** answer that was allowed too few tokens. It was about to come to the point when it"""

CONTENT_FILTER = """\
This is a **simulated** answer that a filter stopped. There was nothing wrong with it, but"""

USAGE_APART = """\
This is a **simulated** answer whose usage comes in a chunk of its own, without choices.
"""
