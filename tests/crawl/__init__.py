"""Every link followed and every form sent, as everybody, with what nobody should type."""
