import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { SecretBox, type SecretPlace, SecretUnreadableError } from '@lockstep/server-secrets';
import { DataSource } from 'typeorm';

const placeOf = (channelId: number): SecretPlace => ({
  table: 'notification_channels',
  column: 'sealed_secret',
  row: channelId,
});

/** The secrets of channels: sealed before they are stored, opened only to send. */
@Injectable()
export class ChannelSecrets implements OnApplicationBootstrap {
  private readonly logger = new Logger('Notifications');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  seal(channelId: number, secret: string): Buffer {
    return this.box.seal(secret, placeOf(channelId));
  }

  /** @throws {SecretUnreadableError} */
  open(channelId: number, sealed: Buffer): string {
    return this.box.openText(sealed, placeOf(channelId));
  }

  /** After a start with a new master key: there are few channels, so all are wrapped anew at once. No secret is opened. */
  async onApplicationBootstrap(): Promise<void> {
    const rows: { id: number; sealed: Buffer }[] = await this.dataSource.query(
      `SELECT id, sealed_secret AS sealed FROM notification_channels WHERE sealed_secret IS NOT NULL`,
    );
    for (const { id, sealed } of rows.filter((row) => this.box.isStale(row.sealed))) {
      try {
        await this.dataSource.query(
          `UPDATE notification_channels SET sealed_secret = $1 WHERE id = $2 AND sealed_secret = $3`,
          [this.box.rewrap(sealed, placeOf(id)), id, sealed],
        );
      } catch (error) {
        if (!(error instanceof SecretUnreadableError)) throw error;
        this.logger.warn(`${error.message} Give that key as LOCKSTEP_MASTER_KEY_PREVIOUS, or the secret anew.`);
      }
    }
  }
}
