import { ParseResult } from "effect"

type Issue = ParseResult.ArrayFormatterIssue

/** What a schema says of one key, its place in dots; `""` is the whole. */
export interface KeyIssues {
  readonly key: string
  readonly issues: ReadonlyArray<Issue>
}

/** What went wrong, key by key. */
export const issuesByKey = (error: ParseResult.ParseError): ReadonlyArray<KeyIssues> => {
  const all = ParseResult.ArrayFormatter.formatErrorSync(error)
  // An optional key may also be left out: the validator says so of each of its parents, and nobody needs to hear it.
  const telling = all.filter((issue) => !issue.message.startsWith("Expected undefined"))
  const issues = telling.length === 0 ? all : telling
  const keys = [...new Set(issues.map((issue) => issue.path.join(".")))]
  return keys.map((key) => ({ key, issues: issues.filter((issue) => issue.path.join(".") === key) }))
}

const literal = /^Expected ("[^"]*"), actual (.*)$/s

/** The schema's words for a value of the wrong kind, with the value, and what a person is told instead. */
const kinds: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Expected (?:\{.*\}|Struct \(Encoded side\)), actual (.*)$/s, "must be an object { … }"],
  [/^Expected ReadonlyArray<.*>, actual (.*)$/s, "must be a list [ … ]"],
  [/^Expected string, actual (.*)$/s, "must be a text in quotes"],
  [/^Expected boolean, actual (.*)$/s, "must be true or false"],
  [/^Expected a non empty string, actual (.*)$/s, "must not be empty"],
]

/** What is wrong with a key's value, as the end of a sentence: a choice of literals is folded into one. */
export const valueFault = (issues: ReadonlyArray<Issue>): string => {
  const choices = issues.flatMap(({ message }) => {
    const [, allowed, found] = literal.exec(message) ?? []
    return allowed === undefined || found === undefined ? [] : [{ allowed, found }]
  })
  if (choices[0] !== undefined) {
    return `must be one of ${choices.map(({ allowed }) => allowed).join(", ")}; found ${choices[0].found}`
  }
  const message = issues[0]?.message ?? "is not what this key expects"
  return kinds.reduce((words, [pattern, plain]) => words.replace(pattern, `${plain}; found $1`), message)
}

const quoted = /"([^"]*)"/g

/** The keys that an object takes which was given one it does not. */
export const knownKeys = (issue: Issue): ReadonlyArray<string> =>
  [...issue.message.matchAll(quoted)].flatMap(([, name]) => name ?? [])
