/**
 * What kind of obstacle stands in the way, without which record it is and what that says, so that equal ones are counted
 * together. How much is too much belongs to the kind.
 */
export const kindOfObstacle = (obstacle: string): string =>
  `coalesce(regexp_replace(${obstacle}, '( more than [0-9]+ [a-z]+)|( since)? ("[^"]*"( \\(x for a letter, 9 for a digit\\))?|[^ ]*[0-9][^ ]*)', '\\1', 'g'), 'lack of proof')`
