import type { StreamName } from "../../api/streams.ts"
import type { PageSource } from "../server/page-source.ts"
import type { Chance } from "../world/chance.ts"

/** A stretch of the true list: from, up to before. */
type Stretch = readonly [from: number, to: number]

/** How a list looks before and after it moves; positions are of the true list. */
interface Move {
  /** The list moves when a page at or beyond this position is asked for. */
  readonly trigger: number
  readonly before: ReadonlyArray<Stretch>
  readonly after: ReadonlyArray<Stretch>
}

const lengthOf = (stretches: ReadonlyArray<Stretch>): number =>
  stretches.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0)

/** What lies between two positions of a list that is put together from stretches. */
const within = (stretches: ReadonlyArray<Stretch>, from: number, to: number): ReadonlyArray<Stretch> => {
  const found: Array<Stretch> = []
  let start = 0
  for (const [first, end] of stretches) {
    const low = Math.max(first, first + from - start)
    const high = Math.min(end, first + to - start)
    if (low < high) found.push([low, high])
    start += Math.max(0, end - first)
  }
  return found
}

const mostArrivals = 3

/**
 * How a list of `total` records will move, read in pages of `limit`. Null where the list is too short to move between
 * two pages. Some of the newest records arrive, which shifts all others; a record that lies ahead of the reader goes to
 * the head, as in a list sorted by last update, so that whoever only follows cursors never meets it; or both.
 */
const drawMove = (chance: Chance, total: number, limit: number): Move | null => {
  const spare = total - limit - 1
  if (spare < 1) return null
  const kind = chance.pick(["arrivals", "mover", "both"] as const)
  const arrivals = kind === "mover" ? 0 : chance.int(1, Math.min(mostArrivals, spare))
  const pages = Math.ceil((total - arrivals) / limit)
  const trigger = chance.int(1, Math.min(3, pages - 1)) * limit
  const mover = chance.int(trigger + arrivals, total - 1)
  return {
    trigger,
    before: [[arrivals, total]],
    after:
      kind === "arrivals"
        ? [[0, total]]
        : [
            [0, arrivals],
            [mover, mover + 1],
            [arrivals, mover],
            [mover + 1, total],
          ],
  }
}

interface ListState {
  readonly move: Move | null
  moved: boolean
}

/**
 * The source with lists that move once while they are first read. When a list's last page has been served it has moved,
 * and holds exactly the records of the true list; what was seen of it before is a part of them.
 *
 * `chanceFor` says with which draws a list moves, or null for one that stays.
 */
export const movingLists = (
  source: PageSource,
  chanceFor: (customerId: string, stream: StreamName) => Chance | null,
  onMove: (customerId: string, stream: StreamName, position: number) => void,
): PageSource => {
  const states = new Map<string, ListState>()

  const stateOf = (customerId: string, stream: StreamName, limit: number): ListState => {
    const list = `${customerId}/${stream}`
    const known = states.get(list)
    if (known !== undefined) return known
    const chance = chanceFor(customerId, stream)
    const move = chance === null ? null : drawMove(chance, source.total(customerId, stream), limit)
    const state = { move, moved: move === null }
    states.set(list, state)
    return state
  }

  return {
    ...source,
    total: (customerId, stream) => {
      const state = states.get(`${customerId}/${stream}`)
      return state?.move && !state.moved ? lengthOf(state.move.before) : source.total(customerId, stream)
    },
    slice: (customerId, stream, from, to) => {
      const state = stateOf(customerId, stream, to - from)
      const { move } = state
      if (move === null) return source.slice(customerId, stream, from, to)
      if (!state.moved && (from >= move.trigger || to >= lengthOf(move.before))) {
        state.moved = true
        onMove(customerId, stream, from)
      }
      return within(state.moved ? move.after : move.before, from, to).flatMap(([low, high]) =>
        source.slice(customerId, stream, low, high),
      )
    },
  }
}
