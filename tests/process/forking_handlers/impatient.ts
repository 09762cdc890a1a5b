// Waits a hundredth of a second for a line.
import { StreamRequestHandler } from "../../../server/mod.ts";

export default class Impatient extends StreamRequestHandler {
  override timeout = 0.01;

  override async handle(): Promise<void> {
    await this.rfile.readline();
  }
}
