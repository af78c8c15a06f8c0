/** The archive: what `kawat search` finds, page by page. */

/** @returns {Promise<{total: number, cards: object[], after: string | null} | {error: string}>} */
export async function ask(query, filters, after) {
  const asked = new URLSearchParams(filters);
  asked.delete("text");
  asked.set("query", query);
  if (query) asked.set("sort", "relevance");
  if (after) asked.set("after", after);
  try {
    const answer = await fetch(`/api/search?${asked}`);
    return await answer.json();
  } catch {
    return { error: "The monitor does not answer." };
  }
}
