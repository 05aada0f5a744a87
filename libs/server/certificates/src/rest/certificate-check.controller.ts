import { Controller } from '@nestjs/common';
import { type CertificateCheck, routes } from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Route } from '@lockstep/server-http';
import { CertificateChecks } from '../checks/certificate-checks.service.js';

@Controller()
export class CertificateCheckController {
  constructor(private readonly checks: CertificateChecks) {}

  @Route(routes.getCertificateCheck)
  read(): Promise<CertificateCheck> {
    return this.checks.read();
  }

  @Route(routes.checkCertificates)
  check(@CurrentActor() actor: SignedInActor): Promise<CertificateCheck> {
    return this.checks.checkNow(actor);
  }
}
