import { permitted } from '@lockstep/console-access';
import type { Routes } from '@angular/router';

/** Below `/certificates`. */
export const certificatesRoutes: Routes = [
  {
    path: '',
    title: $localize`Certificates`,
    loadComponent: async () => (await import('./list/certificates-page')).CertificatesPage,
  },
  {
    path: 'look',
    title: $localize`Look at a host`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./look/look-page')).LookPage,
  },
  {
    path: 'scan',
    title: $localize`Scan for certificates`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./scan/scan-page')).ScanPage,
  },
  {
    path: 'upload',
    title: $localize`Upload a certificate`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./brought/upload-page')).UploadPage,
  },
  {
    path: 'found/:id',
    title: $localize`Found certificate`,
    loadComponent: async () => (await import('./found/found-page')).FoundPage,
  },
  {
    path: 'new',
    title: $localize`Add certificate`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./form/new-certificate-page')).NewCertificatePage,
  },
  {
    path: ':id',
    title: $localize`Certificate`,
    loadComponent: async () => (await import('./page/certificate-page')).CertificatePage,
  },
  {
    path: ':id/upload',
    title: $localize`Upload a certificate`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./brought/upload-page')).UploadPage,
  },
  {
    path: ':id/edit',
    title: $localize`Edit certificate`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./form/edit-certificate-page')).EditCertificatePage,
  },
];

/** Beside the frame of the settings, because each has a heading of its own. */
export const issuerPageRoutes: Routes = [
  {
    path: 'settings/issuers/new',
    title: $localize`Add issuer`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./issuers/issuer-form-page')).IssuerFormPage,
  },
  {
    path: 'settings/issuers/:id',
    title: $localize`Issuer`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./issuers/issuer-page')).IssuerPage,
  },
  {
    path: 'settings/issuers/:id/edit',
    title: $localize`Edit issuer`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./issuers/issuer-form-page')).IssuerFormPage,
  },
];

/** Below `/settings`. */
export const issuersRoutes: Routes = [
  {
    path: 'issuers',
    title: $localize`Issuers`,
    canActivate: [permitted('certificates.manage')],
    loadComponent: async () => (await import('./issuers/issuers-page')).IssuersPage,
  },
];
