/**
 * What a server tells {@linkcode BaseServer.logEvent}: of each request that it was
 * `"taken"`, then that it was `"refused"` by `verifyRequest` or has `"begun"`, that it
 * has `"failed"` with an error, and that it has `"ended"`; and that a request could not
 * be taken, `"untaken"`, after which the server goes on.
 *
 * @typeParam R What a request is.
 * @typeParam C The shape of the clients' addresses.
 */
export type ServerEvent<R extends object = object, C = unknown> =
  | RequestEvent<R, C>
  | RequestFailed<R, C>
  | RequestEnded<R, C>
  | RequestUntaken;

/** A request was taken; or refused; or its handling has begun. */
export interface RequestEvent<R extends object = object, C = unknown> {
  /** What has happened. */
  readonly type: "taken" | "refused" | "begun";
  /** The request. */
  readonly request: R;
  /** The client's address. */
  readonly clientAddress: C;
}

/** A request has failed; `handleError` is called after this. */
export interface RequestFailed<R extends object = object, C = unknown> {
  /** What has happened. */
  readonly type: "failed";
  /** The request. */
  readonly request: R;
  /** The client's address. */
  readonly clientAddress: C;
  /** What was thrown. */
  readonly error: unknown;
}

/** A request is no longer handled. */
export interface RequestEnded<R extends object = object, C = unknown> {
  /** What has happened. */
  readonly type: "ended";
  /** The request. */
  readonly request: R;
  /** The client's address. */
  readonly clientAddress: C;
  /** How long it took since it was taken. */
  readonly seconds: number;
  /** Whether it was aborted, by `shutdown` or `requestTimeout`. */
  readonly aborted: boolean;
}

/** A request could not be taken, for a reason that may pass; too many open files are one. */
export interface RequestUntaken {
  /** What has happened. */
  readonly type: "untaken";
  /** What was thrown. */
  readonly error: unknown;
}
