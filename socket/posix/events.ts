/** What the kernel tells of a descriptor, the same for epoll and kqueue. */
export const READABLE = 1;
export const WRITABLE = 2;
/** More than that: the end, an error or urgent data, which may hide behind a receive that got less than it asked for. */
export const SPECIAL = 4;
/** The receiving half has ended. */
export const ENDED = 8;

/** Tells the news of a descriptor: the marks that it was added with, and what is new. */
export type Tell = (slot: number, generation: number, news: number) => void;

/**
 * The kernel's queue of news: each is told once, when it happens, so that a
 * descriptor is added once in its life and idle ones cost nothing.
 */
export interface EventQueue {
  /** Adds a descriptor with marks of the caller's; its news of before are told as well. */
  add(fd: number, slot: number, generation: number): void;
  /** Takes a descriptor out. */
  remove(fd: number): void;
  /** Tells the news there is; returns how much that was. */
  look(tell: Tell): number;
  /** Waits for news on a thread; resolves with what tells it. Only one call at a time. */
  park(): Promise<(tell: Tell) => void>;
  /** Lets the parked thread return. */
  wake(): void;
  /** Gives its descriptors back. */
  close(): void;
}

/** How much news one look takes. */
export const MOST = 256;
