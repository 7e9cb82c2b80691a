import type { Answer } from "../server/answer.ts"
import { type Page, pageBody } from "../server/page.ts"
import type { Fault, Scene } from "./fault.ts"

/** The answer with what `change` makes of its page; null where it has none, or where nothing changes. */
const onPage =
  (change: (page: Page, scene: Scene) => Partial<Page> | null) =>
  (answer: Answer, scene: Scene): Answer | null => {
    if (answer.page === undefined) return null
    const changes = change(answer.page, scene)
    if (changes === null) return null
    const page = { ...answer.page, ...changes }
    return { ...answer, page, body: pageBody(page) }
  }

/** Pages that are right in themselves and lead astray. */
export const chains = [
  {
    name: "repeated_cursor",
    sentence: "A page says that more follows under the cursor with which it was itself asked for.",
    span: "ask",
    strike: onPage((page, { cursors, place }) =>
      place.bookmark === null ? null : { nextCursor: cursors.seal(page.list, page.at), hasMore: true },
    ),
  },
  {
    name: "more_without_cursor",
    sentence: "A page says that more follows and gives no cursor.",
    span: "ask",
    strike: onPage(() => ({ nextCursor: null, hasMore: true })),
  },
  {
    name: "empty_more",
    sentence: "A page without records says that more follows, under a new cursor that goes on rightly.",
    span: "ask",
    strike: onPage((page, { cursors }) => ({
      records: [],
      nextCursor: cursors.seal(page.list, { ...page.at, turn: page.at.turn + 1 }),
      hasMore: true,
    })),
  },
  {
    name: "endless",
    sentence: "The last page of a list says that more follows, and the list begins again under ever new cursors.",
    span: "list",
    strike: onPage((page, { cursors }) =>
      page.hasMore
        ? null
        : {
            nextCursor: cursors.seal(page.list, { position: 0, chain: page.at.chain, turn: page.at.turn + 1 }),
            hasMore: true,
          },
    ),
  },
] as const satisfies ReadonlyArray<Fault>
