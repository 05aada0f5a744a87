import pg from 'pg';

/** Runs a statement, or several, as nobody outside can. Answers the rows of a single one. */
export async function inDatabase<Row extends pg.QueryResultRow>(
  connectionString: string | undefined,
  statements: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(statements)).rows;
  } finally {
    await client.end();
  }
}

/** What was waited for is over. */
export async function timePasses(connectionString: string | undefined): Promise<void> {
  await inDatabase(
    connectionString,
    `UPDATE acme_accounts SET paused_until = now();
     UPDATE acme_proofs SET next_attempt_at = now();
     UPDATE operations SET not_before = now() WHERE not_before > now();
     SELECT graphile_worker.reschedule_jobs(ARRAY(SELECT id FROM graphile_worker.jobs), now())`,
  );
}
