/** Why a call fails, whether it throws or rejects. */
export async function failure(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}
