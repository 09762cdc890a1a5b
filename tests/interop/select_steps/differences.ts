/** Where we differ from CPython: a step of some scenarios, what it says of both, and why. */
export type Difference = readonly [
  scenario: RegExp,
  step: string,
  python: string,
  ours: string,
  reason: string,
];

const CLOSED =
  "what is closed is EBADF, where CPython ends in whichever error its own code has";
const UNREGISTERED = "what is closed can be unregistered";
const SHAPE = "misuse that no kernel sees is a TypeError or a RangeError";
const DEFAULT =
  "DefaultSelector is a PollSelector, for sockets of every driver";
const FLAGS = "an error of a flag has the kernel's errno";

const VALUE = '["error","RangeError",null]'; // ValueError, or OverflowError
const TYPE = '["error","TypeError",null]';
const KEY = '["error","KeyError",null]';
const EBADF = '["error","OSError",9]';

const everywhere: readonly Difference[] = [
  [/^select\(\) refuses$/, '["select",["a"],[],[],0]', VALUE, EBADF, CLOSED],
  [/^select\(\) refuses$/, '["select",[],["a"],[],0]', VALUE, EBADF, CLOSED],
  [/^select\(\) refuses$/, '["select",[],[],["a"],10]', VALUE, EBADF, CLOSED],
  [/^poll\(\) has/, '["q.modify","a","POLLOUT"]', VALUE, EBADF, CLOSED],
  [/^poll\(\) has/, '["q.register","a","POLLIN"]', VALUE, EBADF, CLOSED],
  [/^poll\(\) has/, '["q.unregister","a"]', VALUE, "null", UNREGISTERED],
  [/Selector keeps/, '["k.register",null,1]', VALUE, TYPE, SHAPE],
  [/Selector keeps/, '["k.register","nothing",1]', VALUE, TYPE, SHAPE],
  [/^(Def|Epoll).* keeps/, '["k.select",0]', VALUE, EBADF, CLOSED],
  [/^(Def|Epoll).* keeps/, '["k.register","c",1]', VALUE, EBADF, CLOSED],
  [/^(Poll|Sel).* keeps/, '["k.select",0]', "[]", EBADF, CLOSED],
  [
    /^(Poll|Sel).* keeps/,
    '["k.register","c",1]',
    '["c",1,null]',
    EBADF,
    CLOSED,
  ],
  [/wrong events/, '["k.register","a",null]', VALUE, TYPE, SHAPE],
  [/^[^S].* wrong/, '["k.modify","a",0]', '["a",0,null]', VALUE, SHAPE],
  [/^[^S].* wrong/, '["k.modify","a",5]', '["a",5,null]', VALUE, SHAPE],
  [/^[^S].* wrong/, '["k.get_map"]', '[["a",5,null]]', '[["a",3,null]]', SHAPE],
  [/^Select.* wrong/, '["k.modify","a",5]', KEY, VALUE, SHAPE],
  [/^Select.* wrong/, '["k.get_map"]', "[]", '[["a",3,null]]', SHAPE],
  [/^Def.* closed/, '["k.select",0]', "[]", '[["a",1,null,1]]', DEFAULT],
  [/Selector has/, '["k.register","a",1]', KEY, EBADF, CLOSED],
];

const posixOnly: readonly Difference[] = [
  [
    /^epoll/,
    '["epoll","g",-1,1]',
    '["error","OSError",null]',
    '["error","OSError",22]',
    FLAGS,
  ],
  [/^epoll/, '["e.unregister","b"]', VALUE, EBADF, CLOSED],
  [/^epoll/, '["e.register","c",4294967296]', "null", VALUE, SHAPE],
  [/^epoll/, '["e.poll",0]', VALUE, EBADF, CLOSED],
  [/^epoll/, '["e.register","a"]', VALUE, EBADF, CLOSED],
  [/^epoll/, '["e.modify","a","EPOLLIN"]', VALUE, EBADF, CLOSED],
  [/^epoll/, '["e.fileno"]', VALUE, EBADF, CLOSED],
];

/** Gives the differences on a driver. */
export function differencesOn(driver: "sandboxed" | "POSIX"): Difference[] {
  return [...everywhere, ...driver === "POSIX" ? posixOnly : []];
}
