// The command line: `carom VERB [options]`. What asks for words alone is answered here; all else has a process of its
// own.

/** What asks for help or the version, behind a verb and one of its own at most. */
const WORDS = new Set(["--help", "-h", "--version", "-V"]);
const MOST = 3;

const asked = process.argv.slice(2);
const isForWords = asked.length <= MOST && WORDS.has(asked.at(-1)!);
if (isForWords) await (await import("./runCommandLine.ts")).runCommandLine();
else await import("./watchedCommand.ts");
