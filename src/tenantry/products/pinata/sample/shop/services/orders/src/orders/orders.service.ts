import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { ClientProxy } from '@nestjs/microservices';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository } from 'typeorm';
import { CatalogClient } from '../catalog/catalog.client';
import { CustomersService } from '../customers/customers.service';
import { OrderLine } from './order-line.entity';
import { Order } from './order.entity';

export interface NewLine {
  sku: string;
  productId: number;
  quantity: number;
}

@Injectable()
export class OrdersService {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(OrderLine) private readonly lines: Repository<OrderLine>,
    @Inject('BROKER') private readonly broker: ClientProxy,
    private readonly catalog: CatalogClient,
    private readonly customers: CustomersService,
  ) {}

  list(status?: string) {
    return this.orders.find({ where: { status }, relations: { lines: true } });
  }

  async show(id: string) {
    const order = await this.orders.findOne({ where: { id } });
    if (!order) throw new NotFoundException();
    return order;
  }

  async place(email: string, wanted: NewLine[]) {
    const customer = await this.customers.findOrCreate(email);
    const order = await this.orders.save({ customer });
    for (const line of wanted) {
      const product = await this.catalog.product(line.sku);
      await this.catalog.reserve(line.productId, line.quantity);
      await this.lines.insert({ order, productId: line.productId, quantity: line.quantity, unitPrice: product.price });
    }
    this.broker.emit('order.placed', { id: order.id, email });
    return order;
  }

  async cancel(id: string) {
    const order = await this.show(id);
    await this.lines.delete({ order });
    await this.orders.update(id, { status: 'cancelled' });
    this.broker.emit('order.cancelled', { id });
  }

  @Cron(CronExpression.EVERY_DAY_AT_3AM)
  async forgetAbandoned() {
    const old = new Date(Date.now() - 30 * 24 * 3600 * 1000);
    await this.orders.delete({ status: 'placed', placedAt: LessThan(old) });
  }
}
