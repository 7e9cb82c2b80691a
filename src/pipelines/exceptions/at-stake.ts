/**
 * SQL for the amount that an exception is about: the difference; where nothing differs (another owner, another status) or
 * one side is missing, what there is. A balance that grows day by day with the same gap puts the same at stake.
 */
export const atStake = (difference: string, actual: string, expected: string): string =>
  `coalesce(nullif(${difference}, 0), ${actual}, ${expected})`
