from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    api_prefix: str = "/api"
    database_url: str = "postgresql+psycopg://shop@localhost/catalog"
    redis_url: str = "redis://localhost:6379/0"
    supplier_url: str = "https://supplier.example.com/v2"


settings = Settings()
