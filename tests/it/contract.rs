//! The contract of events, sentence by sentence, on the whole service with the listener: MQTT in, HTTP out, and the clock in the test's hand.

mod acks;
mod equipment;
mod excuses;
mod lanes;
mod lateness;
mod own_trouble;
mod rules;
