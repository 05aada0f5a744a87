/** A Nest application with one route that inserts one row through TypeORM: the least that a POST can do and keep. */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { Body, Controller, HttpCode, Inject, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { Column, type DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** As many as Lockstep's own pool. */
const poolSize = 20;

@Entity('requests')
class RequestEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'connection_id' })
  connectionId!: number;

  @Column('timestamptz', { name: 'asked_at' })
  askedAt!: Date;
}

@Controller('connections')
class RequestsController {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  @Post(':id/request')
  @HttpCode(202)
  async accept(@Param('id') id: string, @Body() _body: unknown): Promise<{ id: number }> {
    const row = { connectionId: Number(id), askedAt: new Date() };
    const result = await this.dataSource.createQueryBuilder().insert().into(RequestEntity).values(row).execute();
    return { id: (result.identifiers[0] as { id: number }).id };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.argv[2],
      entities: [RequestEntity],
      synchronize: true,
      poolSize,
    }),
  ],
  controllers: [RequestsController],
})
class InsertModule {}

const application = await NestFactory.create(InsertModule, { logger: false });
await application.listen(0, '127.0.0.1');
process.send?.({ port: ((application.getHttpServer() as Server).address() as AddressInfo).port });
process.on('disconnect', () => process.exit(0));
