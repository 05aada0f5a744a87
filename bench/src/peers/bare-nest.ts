/** The smallest Nest application with one route: what the framework itself costs. */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Controller()
class HelloController {
  @Get()
  hello(): { ok: true } {
    return { ok: true };
  }
}

@Module({ controllers: [HelloController] })
class BareModule {}

const application = await NestFactory.create(BareModule, { logger: false });
await application.listen(Number(process.argv[2]), '127.0.0.1');
process.on('disconnect', () => process.exit(0));
