export { OperationProgress } from './progress/operation-progress';
export { OperationActions } from './store/operation-actions';
export { OperationsStore } from './store/operations-store';
export { ActivityTray } from './tray/activity-tray';
export { Failures } from './tray/failures';
export { OperationBadge } from './words/operation-badge';
export { describeActor, describeState, describeStatus, typeTitle } from './words/operation-words';
export { FailureCard } from './page/failure-card';
export { StepList } from './page/step-list';
