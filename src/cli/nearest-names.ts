/** Edits of one letter that turn one word into another. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, place) => place)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}

/** The known names that are nearest to a mistyped one; a name that contains it, or lies in it, is near. */
export const nearestNames = (given: string, known: ReadonlyArray<string>, most = 3): ReadonlyArray<string> => {
  const sought = given.toUpperCase()
  const farness = (name: string): number => {
    const upper = name.toUpperCase()
    const within = sought !== "" && (upper.includes(sought) || sought.includes(upper))
    return within ? 0 : distance(sought, upper)
  }
  return [...known]
    .map((name) => [farness(name), name] as const)
    .sort(([one, a], [other, b]) => one - other || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([, name]) => name)
}
