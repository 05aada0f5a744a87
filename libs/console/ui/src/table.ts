/** What lists are made of, apart because the one table brings virtual scrolling along. */
export { DataTable } from './data-table/data-table';
export { PagedList, type Page } from './data-table/paged-list';
export { CellTemplate, type TableColumn } from './data-table/table-column';
export { ListAddress } from './list-address/list-address';
