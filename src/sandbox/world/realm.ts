import { type Chance, chanceOf, uuidOf } from "./chance.ts"
import type { Customer } from "./customer.ts"
import type { Instant } from "./instant.ts"
import type { Story } from "./story.ts"

/** What all generators share: where the timeline begins, who lives there, and the stories told so far. */
export interface Realm {
  readonly seed: number
  readonly start: Instant
  /** Stories are told for every whole day that begins before this. */
  readonly end: Instant
  readonly customers: ReadonlyArray<Customer>
  readonly stories: Array<Story>
}

export const chanceIn = (realm: Realm, key: string): Chance => chanceOf(realm.seed, key)

export const idIn = (realm: Realm, key: string): string => uuidOf(realm.seed, key)

/** Enters a story into the realm and hands it back. */
export const record = (realm: Realm, story: Story): Story => {
  realm.stories.push(story)
  return story
}
