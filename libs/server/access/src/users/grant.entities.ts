import { Entity, PrimaryColumn } from 'typeorm';

@Entity('tag_grants')
export class TagGrantEntity {
  @PrimaryColumn({ name: 'user_id', type: 'integer' })
  userId!: number;

  @PrimaryColumn({ type: 'text' })
  tag!: string;
}

@Entity('connection_grants')
export class ConnectionGrantEntity {
  @PrimaryColumn({ name: 'user_id', type: 'integer' })
  userId!: number;

  @PrimaryColumn({ name: 'connection_id', type: 'integer' })
  connectionId!: number;
}
