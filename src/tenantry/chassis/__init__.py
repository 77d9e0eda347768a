"""What every service needs: who you are, which organizations you belong to, and what you may do there."""
