// What a schema expected, as a part of our sentences, which say themselves what came.

/** What was expected where a schema of zod raised an issue, by its message. */
export function expectedBy({ message }: { readonly message: string }): string {
  return message.replace(/^((Invalid|Too) [a-z]+: )?(expected )?/, "").replace(/, received [^,]*$/, "");
}
