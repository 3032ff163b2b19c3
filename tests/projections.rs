//! Read models: rebuilt equals live, a spoiled row is found, a poison event is parked.
