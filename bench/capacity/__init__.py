"""What a sale needs: measured costs, a model that multiplies them, and runs that check the model."""
