// What async_chat does step by step, run by CPython's asynchat and by this library: the
// same handlers in the same order, the same pieces of data.
import { compare } from "./asyncore_steps/compare.ts";
import { chatCases } from "./asyncore_steps/chat_cases.ts";

compare("async_chat", chatCases);
