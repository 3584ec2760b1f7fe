// Counts of golden cases: how many of each file passed, failed or were skipped and why.

export interface Tally { file: string, passed: number, failed: number, skipped: Map<string, string[]> }

export function new_tally(file: string): Tally {
  return { file, passed: 0, failed: 0, skipped: new Map() }
}

/** Notes what came of a case: the problems found in it, or the reasons why parts of it were not compared. */
export function count(tally: Tally, id: string, problems: readonly string[], reasons: readonly string[]): void {
  if (problems.length > 0) tally.failed++
  else if (reasons.length === 0) tally.passed++
  for (const reason of new Set(reasons)) tally.skipped.set(reason, [...tally.skipped.get(reason) ?? [], id])
}

/** Cases that were skipped, in whole or in part. */
export function skipped_of({ skipped }: Tally): number {
  return new Set([...skipped.values()].flat()).size
}

/** The tallies as text: a line for each file, then the reasons. */
export function table(tallies: readonly Tally[]): string {
  const lines = tallies.map(one => {
    const total = one.passed + one.failed + skipped_of(one)
    const share = total === 0 ? '' : ` (${(100 * one.passed / total).toFixed(1)} %)`
    return `${one.file}: ${one.passed} of ${total} passed${share}, ${one.failed} failed, ${skipped_of(one)} skipped`
  })
  const reasons = tallies.flatMap(one => [...one.skipped].map(([reason, ids]) => `  skipped in ${one.file}: ${ids.length} (${reason})`))
  return [...lines, ...reasons].join('\n')
}
