// Workers that may do no more than the page: one made of a text in memory obeys the page's own policy, whereas one that
// is loaded from an address obeys what the server says of that address, which on most hosts is nothing.

/** Starts the worker whose script lies at an address. */
export async function startWorker(url: string): Promise<Worker> {
  // While it is being developed its script has parts, which only an address leads to.
  if (import.meta.hot) return new Worker(url, { type: "module" });
  const script = await (await fetch(url)).text();
  return new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
}
