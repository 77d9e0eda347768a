import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { NewLine, OrdersService } from './orders.service';

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  list(@Query('status') status?: string) {
    return this.orders.list(status);
  }

  @Get(':id')
  show(@Param('id') id: string) {
    return this.orders.show(id);
  }

  @Post()
  place(@Body() body: { email: string; lines: NewLine[] }) {
    return this.orders.place(body.email, body.lines);
  }

  @Delete(':id')
  @HttpCode(204)
  cancel(@Param('id') id: string) {
    return this.orders.cancel(id);
  }
}
