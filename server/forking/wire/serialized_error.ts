/** An error in a form that can go to another isolate. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** What it has besides, such as `code` and `errno`. */
  readonly fields: Readonly<Record<string, string | number>>;
  readonly cause: PackedError | undefined;
}

// The classes that are the same in every isolate.
const classes: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

// An error may be its own cause.
const DEEPEST = 8;

/** Packs what was thrown; what is no error becomes the message of one. */
export function packError(thrown: unknown, depth = 0): PackedError {
  if (!(thrown instanceof Error)) {
    const message = `${describe(thrown)} was thrown`;
    return {
      name: "Error",
      message,
      stack: undefined,
      fields: {},
      cause: undefined,
    };
  }
  const { name, message, stack, cause } = thrown;
  const fields: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(thrown)) {
    const isPlain = typeof value === "string" || typeof value === "number";
    if (isPlain && !(key in Error.prototype)) fields[key] = value;
  }
  return {
    name: String(name),
    message: String(message),
    stack: stack === undefined ? undefined : String(stack),
    fields,
    cause: cause === undefined || depth === DEEPEST
      ? undefined
      : packError(cause, depth + 1),
  };
}

/** Makes an error of a packed one: of its class where that is the language's own, and else an Error of its name. */
export function unpackError(packed: PackedError): Error {
  const { name, message, stack, fields, cause } = packed;
  const error = new (classes[name] ?? Error)(
    message,
    cause === undefined ? undefined : { cause: unpackError(cause) },
  );
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, {
      value,
      writable: true,
      configurable: true,
    });
  if (error.name !== name) hide("name", name);
  hide("stack", stack ?? `${name}: ${message}`);
  return Object.assign(error, fields);
}

/** Shows what was thrown, whatever it is. */
function describe(thrown: unknown): string {
  try {
    return typeof thrown === "string" ? `"${thrown}"` : String(thrown);
  } catch {
    return "something";
  }
}
