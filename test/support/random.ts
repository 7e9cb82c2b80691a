/** Numbers that look random and are the same each time. */
export type Next = (below: number) => number

export const numbersFrom = (seed: number): Next => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

export const oneOf = <A>(next: Next, first: A, ...others: ReadonlyArray<A>): A =>
  others[next(others.length + 1) - 1] ?? first

export const shuffled = <A>(next: Next, list: ReadonlyArray<A>): ReadonlyArray<A> =>
  list
    .map((value) => ({ value, at: next(1_000_000) }))
    .sort((one, other) => one.at - other.at)
    .map(({ value }) => value)
