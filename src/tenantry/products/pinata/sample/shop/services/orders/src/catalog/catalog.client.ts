import { Injectable } from '@nestjs/common';
import axios from 'axios';

const catalog = axios.create({ baseURL: process.env.CATALOG_URL ?? 'http://catalog:8000' });

@Injectable()
export class CatalogClient {
  async product(sku: string) {
    const { data } = await catalog.get(`/api/products/${sku}`);
    return data;
  }

  async reserve(productId: number, quantity: number): Promise<number> {
    const { data } = await catalog.post(`/api/products/${productId}/reservations`, { quantity });
    return data.left;
  }
}
