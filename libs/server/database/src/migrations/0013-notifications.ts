import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels, what is announced through them, and how each message fares. */
export class Notifications1700000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE notification_channels (
        id serial PRIMARY KEY,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('email', 'webhook', 'slack', 'ntfy')),
        settings jsonb NOT NULL,
        sealed_secret bytea,
        enabled boolean NOT NULL,
        events text[] NOT NULL,
        by_persons_too boolean NOT NULL,
        -- Both empty: every connection.
        connection_ids integer[] NOT NULL,
        tags text[] NOT NULL,
        -- The other side asked for a pause.
        paused_until timestamptz,
        last_delivered_at timestamptz,
        failing_since timestamptz,
        last_answer text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX notification_channels_name ON notification_channels (lower(name));

      CREATE TABLE announcements (
        id uuid PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        event text NOT NULL,
        recovered boolean NOT NULL,
        title text NOT NULL,
        text text NOT NULL,
        host text,
        -- A path in the console.
        link text
      );
      CREATE INDEX announcements_age ON announcements (at);

      -- What each channel was told and is not over. Its key lets one of several replicas tell it, and keeps repetitions quiet.
      CREATE TABLE notification_troubles (
        channel_id integer NOT NULL REFERENCES notification_channels ON DELETE CASCADE,
        subject_key text NOT NULL,
        event text NOT NULL,
        since timestamptz NOT NULL,
        told_at timestamptz NOT NULL,
        told_by uuid NOT NULL,
        kept_quiet integer NOT NULL,
        PRIMARY KEY (channel_id, subject_key, event)
      );
      CREATE INDEX notification_troubles_subject ON notification_troubles (subject_key);

      -- One message to one channel. Its id is what receivers know it by, the same at every attempt.
      CREATE TABLE notification_deliveries (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        channel_id integer NOT NULL REFERENCES notification_channels ON DELETE CASCADE,
        announcement_id uuid NOT NULL REFERENCES announcements ON DELETE CASCADE,
        since timestamptz NOT NULL,
        kept_quiet integer NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given_up')),
        attempts integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        next_attempt_at timestamptz DEFAULT now(),
        -- While it is being sent: from when on another worker may take over.
        claimed_until timestamptz,
        ended_at timestamptz,
        -- The other side's words at the last attempt.
        answer text,
        UNIQUE (announcement_id, channel_id),
        CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
        CHECK ((state = 'waiting') = (ended_at IS NULL))
      );
      CREATE INDEX notification_deliveries_waiting ON notification_deliveries (channel_id, next_attempt_at)
        WHERE state = 'waiting';
      CREATE INDEX notification_deliveries_newest ON notification_deliveries (channel_id, created_at DESC);

      -- How far each connection's events have been looked through for what is to be told. What ended before is not told.
      CREATE TABLE notification_cursors (
        connection_id integer PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
        position bigint NOT NULL
      );
      INSERT INTO notification_cursors SELECT connection_id, position FROM connection_streams;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE notification_cursors, notification_deliveries, notification_troubles, announcements, notification_channels;
    `);
  }
}
