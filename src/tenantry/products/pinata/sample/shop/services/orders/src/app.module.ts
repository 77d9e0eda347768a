import { Module } from '@nestjs/common';
import { ClientsModule, Transport } from '@nestjs/microservices';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogClient } from './catalog/catalog.client';
import { Customer } from './customers/customer.entity';
import { CustomersController } from './customers/customers.controller';
import { CustomersService } from './customers/customers.service';
import { Order } from './orders/order.entity';
import { OrderLine } from './orders/order-line.entity';
import { OrdersController } from './orders/orders.controller';
import { OrdersService } from './orders/orders.service';

@Module({
  imports: [
    ScheduleModule.forRoot(),
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, autoLoadEntities: true }),
    TypeOrmModule.forFeature([Order, OrderLine, Customer]),
    ClientsModule.register([{ name: 'BROKER', transport: Transport.KAFKA, options: { client: { brokers: ['broker:9092'] } } }]),
  ],
  controllers: [OrdersController, CustomersController],
  providers: [OrdersService, CustomersService, CatalogClient],
})
export class AppModule {}
