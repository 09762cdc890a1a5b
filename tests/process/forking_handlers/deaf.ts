// Receives nothing, for ever.
import { BaseRequestHandler } from "../../../server/mod.ts";

export default class Deaf extends BaseRequestHandler {
  override async handle(): Promise<void> {
    await new Promise(() => {});
  }
}
