import {
  bufferOf,
  bytesOf,
  checkInteger,
  type Data,
  kindOf,
} from "../arguments.ts";
import { OSError } from "../errors.ts";
import type { WaitOptions } from "../wait.ts";
import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { countCharacters } from "./char_buffer.ts";
import { openDecoder } from "./codecs/decoder.ts";
import { openEncoder } from "./codecs/encoder.ts";
import {
  type ErrorHandler,
  type FileFormat,
  fileFormat,
  type MakefileOptions,
} from "./options.ts";
import type { Reader } from "./reader.ts";
import type { FileSource } from "./source.ts";
import { TextReader } from "./text_reader.ts";
import { TextWriter } from "./text_writer.ts";

/** What can be written to a file: a string in text mode, bytes in binary mode. */
export type FileInput<T extends string | Uint8Array> = T extends string ? string
  : Data;

/** Options of {@linkcode SocketFile.readuntil}. */
export interface ReadUntilOptions extends WaitOptions {
  /**
   * How many bytes, or characters in text mode, may come before the separator.
   *
   * @default {Infinity}
   */
  limit?: number;
}

/** Creates the reading half that a format asks for; `undefined` for none. */
function openReader(
  source: FileSource,
  format: FileFormat,
): ByteReader | TextReader | undefined {
  const { reading, bufferSize, text } = format;
  if (!reading) return undefined;
  if (text === undefined) return new ByteReader(source, bufferSize);
  const { encoding, errors, newline } = text;
  const decoder = openDecoder(encoding, errors);
  return new TextReader(source, bufferSize, { encoding, decoder, newline });
}

/** Creates the writer of text over `writer`; `undefined` in binary mode. */
function openTextWriter(
  writer: ByteWriter | undefined,
  format: FileFormat,
): TextWriter | undefined {
  if (writer === undefined || format.text === undefined) return undefined;
  const { encoding, errors, newline, lineBuffering } = format.text;
  const encoder = openEncoder(encoding, errors);
  return new TextWriter(writer, { encoder, newline, lineBuffering });
}

function badFile(call: string, state: string): OSError {
  return new OSError({ code: "EBADF", syscall: call, state });
}

/**
 * A file over a socket, as `makefile` returns it. It reads ahead, gathers small
 * writes, and can read lines and text.
 *
 * `T` is what it reads and writes: `Uint8Array` in binary mode, `string` in
 * text mode, where sizes count characters (code points, as in Python).
 *
 * What differs from Python:
 * - A read that times out, is aborted or fails takes nothing: what arrived is
 *   kept for the next read, and the file stays usable. On a non-blocking socket
 *   it rejects with EAGAIN instead of returning `None` or a part.
 * - A write takes all its data, even if it rejects because sending timed out,
 *   was aborted or failed: the data that the socket did not take is sent by the
 *   next {@linkcode SocketFile.flush}. Do not write it again. Only a wrong
 *   argument, a closed file and a signal that had already aborted leave the
 *   data untaken.
 * - Reads are served in the order of the calls, and so are writes.
 * - A closed file, and one not opened for the direction, throw EBADF.
 * - `seek`, `tell`, `truncate`, `fileno` and `detach` are left out; the first
 *   three always throw in Python, for the others use the socket.
 * - Use `await using`, not `using`: closing flushes, and that waits.
 *
 * @example Read lines
 * ```ts
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a;
 * await using file = a.makefile("r");
 * await b.sendall(new TextEncoder().encode("one\r\ntwo\n"));
 * b.close();
 * const lines: string[] = [];
 * for await (const line of file) lines.push(line);
 * assertEquals(lines, ["one\n", "two\n"]);
 * ```
 *
 * Port of [`socket.makefile`](https://docs.python.org/3/library/socket.html#socket.socket.makefile)'s
 * file: Python's `io.BufferedReader`, `io.BufferedWriter`, `io.BufferedRWPair` and `io.TextIOWrapper`.
 */
export class SocketFile<T extends string | Uint8Array>
  implements AsyncIterable<T>, AsyncDisposable {
  readonly #source: FileSource;
  readonly #format: FileFormat;
  readonly #reader: Reader<T> | undefined;
  readonly #writer: ByteWriter | undefined;
  readonly #textWriter: TextWriter | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Creates a file over a socket, or over anything else that receives and sends
   * bytes. `Socket.makefile` calls this, and infers `T`.
   *
   * @param source What to read from and write to.
   * @param mode Made of "r", "w" and "b".
   * @param options How the file buffers and encodes text.
   * @throws {TypeError} If the mode or an option has the wrong type.
   * @throws {RangeError} If the mode or an option has a value that is not known.
   */
  constructor(
    source: FileSource,
    mode: string,
    options: MakefileOptions = {},
  ) {
    const format = fileFormat(mode, options);
    this.#source = source;
    this.#format = format;
    const reader: unknown = openReader(source, format);
    this.#reader = reader as Reader<T> | undefined;
    this.#writer = format.writing
      ? new ByteWriter(source, format.bufferSize)
      : undefined;
    this.#textWriter = openTextWriter(this.#writer, format);
  }

  /**
   * Reads up to `size` bytes or characters, and waits until it has that many or the stream ends.
   *
   * An unbuffered file returns what one receive gives.
   *
   * @param size How many; negative for all up to the end of the stream.
   * @param options `signal`: ends the wait when it aborts.
   * @returns What was read; empty at the end of the stream.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   * @throws {UnicodeDecodeError} If bytes cannot be decoded.
   *
   * @example Read up to the end
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a;
   * await using file = a.makefile("r");
   * await b.sendall(new TextEncoder().encode("all of it"));
   * b.close();
   * assertEquals(await file.read(3), "all");
   * assertEquals(await file.read(), " of it");
   * ```
   *
   * Port of [`io.BufferedReader.read`](https://docs.python.org/3/library/io.html#io.BufferedReader.read).
   */
  async read(size = -1, options?: WaitOptions): Promise<T> {
    checkInteger("read", "size", size);
    return await this.#input("read").read(size, options?.signal);
  }

  /**
   * Reads up to `size` bytes with at most one receive, and with none if bytes are buffered.
   *
   * In binary mode only.
   *
   * @param size How many at most; negative for what one receive gives.
   * @param options `signal`: ends the wait when it aborts.
   * @returns What was read; empty at the end of the stream.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TypeError} If the file is in text mode.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   *
   * @example Read what has arrived
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("rb");
   * await b.sendall(new TextEncoder().encode("hello"));
   * assertEquals(new TextDecoder().decode(await file.read1(100)), "hello");
   * ```
   *
   * Port of [`io.BufferedReader.read1`](https://docs.python.org/3/library/io.html#io.BufferedReader.read1).
   */
  async read1(
    this: SocketFile<Uint8Array>,
    size = -1,
    options?: WaitOptions,
  ): Promise<Uint8Array> {
    checkInteger("read1", "size", size);
    return await this.#bytesInput("read1").read1(size, options?.signal);
  }

  /**
   * Returns buffered bytes, or what one receive gives, and leaves them to be read.
   *
   * In binary mode, and buffered, only.
   *
   * @param _size Ignored, as in Python: all buffered bytes are returned.
   * @param options `signal`: ends the wait when it aborts.
   * @returns A copy of the bytes; empty at the end of the stream.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TypeError} If the file is in text mode or unbuffered.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   *
   * @example Look ahead
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("rb");
   * await b.sendall(new TextEncoder().encode("GET /"));
   * const [first] = await file.peek();
   * assertEquals(String.fromCharCode(first), "G");
   * assertEquals((await file.read(5)).length, 5);
   * ```
   *
   * Port of [`io.BufferedReader.peek`](https://docs.python.org/3/library/io.html#io.BufferedReader.peek).
   */
  async peek(
    this: SocketFile<Uint8Array>,
    _size = 0,
    options?: WaitOptions,
  ): Promise<Uint8Array> {
    const reader = this.#bytesInput("peek");
    if (this.#format.bufferSize === 0) {
      throw new TypeError("Cannot peek: the file is unbuffered");
    }
    return await reader.peek(options?.signal);
  }

  /**
   * Reads a line, with its end.
   *
   * An unbuffered file receives byte by byte, so that the bytes after the line stay in the socket.
   *
   * @param limit How many bytes or characters at most; negative for no limit.
   * @param options `signal`: ends the wait when it aborts.
   * @returns The line; without its end if the limit or the end of the stream came first; empty at the end of the stream.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   * @throws {UnicodeDecodeError} If bytes cannot be decoded.
   *
   * @example Read a line
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("r");
   * await b.sendall(new TextEncoder().encode("one\ntwo\n"));
   * assertEquals(await file.readline(), "one\n");
   * assertEquals(await file.readline(2), "tw");
   * ```
   *
   * Port of [`io.IOBase.readline`](https://docs.python.org/3/library/io.html#io.IOBase.readline).
   */
  async readline(limit = -1, options?: WaitOptions): Promise<T> {
    checkInteger("readline", "limit", limit);
    return await this.#input("readline").readline(limit, options?.signal);
  }

  /**
   * Reads lines up to the end of the stream, or until they are longer than `hint` together.
   *
   * @param hint How many bytes or characters are enough; 0 or negative for no limit.
   * @param options `signal`: ends the wait when it aborts.
   * @returns The lines, with their ends.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   * @throws {UnicodeDecodeError} If bytes cannot be decoded.
   *
   * @example Read all lines
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a;
   * await using file = a.makefile("r");
   * await b.sendall(new TextEncoder().encode("one\ntwo"));
   * b.close();
   * assertEquals(await file.readlines(), ["one\n", "two"]);
   * ```
   *
   * Port of [`io.IOBase.readlines`](https://docs.python.org/3/library/io.html#io.IOBase.readlines).
   */
  async readlines(hint = -1, options?: WaitOptions): Promise<T[]> {
    checkInteger("readlines", "hint", hint);
    return await this.#input("readlines").readlines(hint, options?.signal);
  }

  /**
   * Reads bytes into `buffer` until it is full or the stream ends.
   *
   * In binary mode only. An unbuffered file reads what one receive gives. If the
   * call rejects, the bytes that it put into the buffer will be read again.
   *
   * @param buffer Where the bytes go.
   * @param options `signal`: ends the wait when it aborts.
   * @returns How many bytes; 0 at the end of the stream.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TypeError} If the file is in text mode.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   *
   * @example Fill a buffer
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("rb");
   * await b.sendall(new TextEncoder().encode("hello"));
   * const buffer = new Uint8Array(4);
   * assertEquals(await file.readinto(buffer), 4);
   * assertEquals(new TextDecoder().decode(buffer), "hell");
   * ```
   *
   * Port of [`io.BufferedIOBase.readinto`](https://docs.python.org/3/library/io.html#io.BufferedIOBase.readinto).
   */
  async readinto(
    this: SocketFile<Uint8Array>,
    buffer: Data,
    options?: WaitOptions,
  ): Promise<number> {
    const target = bufferOf("readinto", buffer);
    return await this.#bytesInput("readinto").readinto(target, options?.signal);
  }

  /**
   * Reads bytes into `buffer` with at most one receive, and with none if bytes are buffered.
   *
   * In binary mode only.
   *
   * @param buffer Where the bytes go.
   * @param options `signal`: ends the wait when it aborts.
   * @returns How many bytes; 0 at the end of the stream.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TypeError} If the file is in text mode.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   *
   * @example Read what has arrived
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("rb");
   * await b.sendall(new TextEncoder().encode("hello"));
   * const buffer = new Uint8Array(100);
   * assertEquals(await file.readinto1(buffer), 5);
   * ```
   *
   * Port of [`io.BufferedIOBase.readinto1`](https://docs.python.org/3/library/io.html#io.BufferedIOBase.readinto1).
   */
  async readinto1(
    this: SocketFile<Uint8Array>,
    buffer: Data,
    options?: WaitOptions,
  ): Promise<number> {
    const target = bufferOf("readinto1", buffer);
    return await this.#bytesInput("readinto1")
      .readinto1(target, options?.signal);
  }

  /**
   * Reads exactly `size` bytes or characters.
   *
   * Python has it in asyncio.
   *
   * @param size How many.
   * @param options `signal`: ends the wait when it aborts.
   * @returns What was read.
   * @throws {IncompleteReadError} If the stream ends first; its `partial` is what came.
   * @throws {RangeError} If `size` is negative.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   * @throws {UnicodeDecodeError} If bytes cannot be decoded.
   *
   * @example Read a header and what it announces
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("rb");
   * await b.sendall(Uint8Array.of(0, 2, 7, 8, 9));
   * const [high, low] = await file.readexactly(2);
   * assertEquals(await file.readexactly(high << 8 | low), Uint8Array.of(7, 8));
   * ```
   *
   * Port of [`asyncio.StreamReader.readexactly`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readexactly).
   */
  async readexactly(size: number, options?: WaitOptions): Promise<T> {
    checkInteger("readexactly", "size", size, 0);
    return await this.#input("readexactly").readexactly(size, options?.signal);
  }

  /**
   * Reads up to and including a separator.
   *
   * Python has it in asyncio. In text mode the separator is searched for after
   * `newline` has translated line ends: by default to "\n", without any "\r".
   *
   * @param separator What to search for; in binary mode a string is encoded in UTF-8.
   * @param options `limit`: how much may come before it; `signal`: ends the wait when it aborts.
   * @returns What came before the separator, and the separator.
   * @throws {IncompleteReadError} If the stream ends first; its `partial` is what came.
   * @throws {LimitOverrunError} If more than `limit` comes before it; all of it stays to be read.
   * @throws {RangeError} If the separator is empty or the limit negative.
   * @throws {OSError} EBADF if the file is closed or not open for reading.
   * @throws {TimeoutError} If the socket's timeout runs out; nothing is lost.
   * @throws {UnicodeDecodeError} If bytes cannot be decoded.
   *
   * @example Read the head of a request
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("rb");
   * await b.sendall(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\nbody"));
   * const head = await file.readuntil("\r\n\r\n", { limit: 16384 });
   * assertEquals(head.length, 18);
   * ```
   *
   * Port of [`asyncio.StreamReader.readuntil`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readuntil).
   */
  async readuntil(
    separator: string | T = "\n",
    options: ReadUntilOptions = {},
  ): Promise<T> {
    const { limit = Infinity, signal } = options;
    if (limit !== Infinity) checkInteger("readuntil", "limit", limit, 0);
    const reader = this.#input("readuntil");
    return await reader.readuntil(this.#separator(separator), limit, signal);
  }

  /**
   * Writes bytes or text.
   *
   * The data is gathered, and sent when more than the buffer's size would be
   * pending; with line buffering also when a line ends; by an unbuffered file at
   * once. All of it is taken, even if this rejects: see the class.
   *
   * @param data Bytes in binary mode, a string in text mode.
   * @param options `signal`: ends the wait when it aborts.
   * @returns How many bytes or characters: all of them.
   * @throws {OSError} EBADF if the file is closed or not open for writing.
   * @throws {TypeError} If the data is a string in binary mode, or not a string in text mode.
   * @throws {UnicodeEncodeError} If the encoding cannot represent the text; nothing of it is taken.
   * @throws {TimeoutError} If the socket's timeout runs out; {@linkcode SocketFile.flush} sends the rest.
   *
   * @example Write text
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("w");
   * assertEquals(await file.write("hello"), 5);
   * await file.flush();
   * assertEquals(await b.recv(100), new TextEncoder().encode("hello"));
   * ```
   *
   * Port of [`io.BufferedWriter.write`](https://docs.python.org/3/library/io.html#io.BufferedWriter.write).
   */
  async write(data: FileInput<T>, options?: WaitOptions): Promise<number> {
    const writer = this.#output("write");
    const signal = options?.signal;
    if (this.#textWriter === undefined) {
      const bytes = bytesOf("write to a binary file", data as Data);
      await writer.write(bytes, signal);
      return bytes.length;
    }
    if (typeof data !== "string") {
      throw new TypeError(
        `Cannot write to a text file: data must be a string, not ${
          kindOf(data)
        }; decode it with new TextDecoder().decode(bytes) or open the file in binary mode`,
      );
    }
    await this.#textWriter.write(data, signal);
    return countCharacters(data);
  }

  /**
   * Writes several pieces of bytes or text, one after the other, with nothing between them.
   *
   * @param lines The pieces, with their line ends.
   * @param options `signal`: ends the wait when it aborts.
   * @throws {OSError} EBADF if the file is closed or not open for writing.
   * @throws {TypeError} If a piece is a string in binary mode, or not a string in text mode.
   * @throws {UnicodeEncodeError} If the encoding cannot represent a piece; those before it are taken.
   * @throws {TimeoutError} If the socket's timeout runs out; the current piece is taken, those after it are not.
   *
   * @example Write lines
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("w");
   * await file.writelines(["one\n", "two\n"]);
   * await file.flush();
   * assertEquals(await b.recv(100), new TextEncoder().encode("one\ntwo\n"));
   * ```
   *
   * Port of [`io.IOBase.writelines`](https://docs.python.org/3/library/io.html#io.IOBase.writelines).
   */
  async writelines(
    lines: Iterable<FileInput<T>>,
    options?: WaitOptions,
  ): Promise<void> {
    this.#output("writelines");
    for (const line of lines) await this.write(line, options);
  }

  /**
   * Sends what was written before this call; does nothing if the file is not open for writing.
   *
   * If it rejects, the next flush sends the rest: no byte is lost or sent twice.
   * Each send may take as long as the socket's timeout, as in Python.
   *
   * @param options `signal`: ends the wait when it aborts.
   * @throws {OSError} EBADF if the file is closed.
   * @throws {TimeoutError} If the socket's timeout runs out.
   * @throws {BrokenPipeError} EPIPE if the peer no longer receives.
   *
   * @example Send what was written
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("wb");
   * await file.write(Uint8Array.of(1, 2));
   * await file.write(Uint8Array.of(3));
   * await file.flush();
   * assertEquals(await b.recv(100), Uint8Array.of(1, 2, 3));
   * ```
   *
   * Port of [`io.IOBase.flush`](https://docs.python.org/3/library/io.html#io.IOBase.flush).
   */
  async flush(options?: WaitOptions): Promise<void> {
    this.#checkOpen("flush");
    await this.#writer?.flush(options?.signal);
  }

  /**
   * Flushes and closes the file. A socket that was closed before closes with its last file.
   *
   * Pending reads reject with EBADF at once; what they still receive, and what
   * was read ahead, is lost. The file is closed even if the flush fails. A second
   * call only waits for the first to end.
   *
   * @param options `signal`: ends the wait when it aborts, and drops what was not sent.
   * @throws {OSError} What the flush rejects with.
   *
   * @example Usage
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const file = a.makefile("w");
   * a.close();
   * await file.write("the last line");
   * await file.close();
   * assertEquals(new TextDecoder().decode(await b.recv(100)), "the last line");
   * assertEquals(await b.recv(100), new Uint8Array(0));
   * ```
   *
   * Port of [`io.IOBase.close`](https://docs.python.org/3/library/io.html#io.IOBase.close).
   */
  async close(options?: WaitOptions): Promise<void> {
    if (this.#closing !== undefined) return await this.#closing;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closing = promise;
    this.#reader?.close(badFile("read", "the file was closed meanwhile"));
    try {
      if (this.#writer?.pending) await this.#writer.flush(options?.signal);
    } finally {
      this.#source.release();
      resolve();
    }
  }

  /**
   * Returns the socket's descriptor, by which `select` and its kin take the file. They
   * see the socket: bytes that the file has read ahead are no longer there.
   *
   * @returns The number.
   * @throws {OSError} EBADF if the file is closed, EOPNOTSUPP if the driver has no
   * descriptors.
   *
   * @example Wait until a line can be read
   * ```ts
   * import { select } from "@berkeley/socket/select";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("r");
   * await b.sendall(new TextEncoder().encode("a line\n"));
   * assertEquals(await select([file], [], [], 1), [[file], [], []]);
   * ```
   *
   * Port of [`io.IOBase.fileno`](https://docs.python.org/3/library/io.html#io.IOBase.fileno).
   */
  fileno(): number {
    if (this.closed) throw badFile("fileno", "the file is closed");
    return this.#source.fileno?.() ?? -1;
  }

  /** Whether {@linkcode SocketFile.close} was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** The mode: in text mode as given, in binary mode "rb", "wb" or "rwb". */
  get mode(): string {
    return this.#format.mode;
  }

  /** The name of the encoding, as given; `undefined` in binary mode. */
  get encoding(): string | undefined {
    return this.#format.text?.encoding;
  }

  /** The error handler of the encoding; `undefined` in binary mode. */
  get errors(): ErrorHandler | undefined {
    return this.#format.text?.errors;
  }

  /**
   * The kinds of line ends read so far, one or several; `null` for none yet, in
   * binary mode, and if `newline` names one kind.
   */
  get newlines(): string | string[] | null {
    const reader: unknown = this.#reader;
    return reader instanceof TextReader ? reader.newlines : null;
  }

  /**
   * Tells whether the file is open for reading.
   *
   * @returns Whether it is.
   * @throws {OSError} EBADF if the file is closed.
   *
   * @example Usage
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("r");
   * assertEquals(file.readable(), true);
   * ```
   *
   * Port of [`io.IOBase.readable`](https://docs.python.org/3/library/io.html#io.IOBase.readable).
   */
  readable(): boolean {
    this.#checkOpen("readable");
    return this.#format.reading;
  }

  /**
   * Tells whether the file is open for writing.
   *
   * @returns Whether it is.
   * @throws {OSError} EBADF if the file is closed.
   *
   * @example Usage
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("r");
   * assertEquals(file.writable(), false);
   * ```
   *
   * Port of [`io.IOBase.writable`](https://docs.python.org/3/library/io.html#io.IOBase.writable).
   */
  writable(): boolean {
    this.#checkOpen("writable");
    return this.#format.writing;
  }

  /**
   * Tells whether the file can seek: a socket cannot.
   *
   * @returns `false`.
   * @throws {OSError} EBADF if the file is closed.
   *
   * @example Usage
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = a.makefile("r");
   * assertEquals(file.seekable(), false);
   * ```
   *
   * Port of [`io.IOBase.seekable`](https://docs.python.org/3/library/io.html#io.IOBase.seekable).
   */
  seekable(): boolean {
    this.#checkOpen("seekable");
    return false;
  }

  /** Iterates over the lines; an iteration that ends early leaves the file open and the rest to be read. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const lines: AsyncIterableIterator<T> = {
      next: async () => {
        const value = await this.readline();
        return value.length === 0
          ? { done: true, value: undefined }
          : { done: false, value };
      },
      [Symbol.asyncIterator]: () => lines,
    };
    return lines;
  }

  /** Closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #checkOpen(call: string): void {
    if (this.#closing !== undefined) throw badFile(call, "the file is closed");
  }

  #input(call: string): Reader<T> {
    this.#checkOpen(call);
    if (this.#reader !== undefined) return this.#reader;
    throw badFile(call, "the file is not open for reading");
  }

  #bytesInput(call: string): ByteReader {
    const reader: unknown = this.#input(call);
    if (reader instanceof ByteReader) return reader;
    throw new TypeError(`Cannot ${call}: the file is in text mode`);
  }

  #output(call: string): ByteWriter {
    this.#checkOpen(call);
    if (this.#writer !== undefined) return this.#writer;
    throw badFile(call, "the file is not open for writing");
  }

  #separator(separator: string | T): T {
    const text = this.#format.text !== undefined;
    const given = !text && typeof separator === "string"
      ? new TextEncoder().encode(separator)
      : separator;
    if (text ? typeof given !== "string" : !(given instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot readuntil: the separator must be a string${
          text ? "" : " or a Uint8Array"
        }, not ${kindOf(given)}`,
      );
    }
    if (given.length === 0) {
      throw new RangeError("Cannot readuntil: the separator is empty");
    }
    return given as T;
  }
}
