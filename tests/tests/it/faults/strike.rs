//! The harm that is done, one kind at a time.

use super::campaign::Campaign;
use model::Lane;
use queue::Transport;
use std::time::{Duration, Instant};
use tests::{proxy::Proxy, servers::Server};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strike {
    /// kill -9 of a part.
    Kill,
    /// SIGTERM to each part in turn, each started again before the next.
    RollingRestart,
    Stop(Server),
    Crash(Server),
    /// A stage is killed, and what waits for it is gone, what it had in hand among it.
    Purge,
    /// The connections between a part and a server end.
    Cut(Server),
    /// Nothing passes between a part and a server for up to half a minute; two heartbeats are ten seconds.
    Stall(Server),
    /// Nothing ever passes again on the connections that a part has with a server; new ones work.
    Forget(Server),
    /// The broker takes no messages.
    MemoryAlarm,
    /// No byte fits on the archive's disk.
    FullDisk,
    /// The wall clock of all parts jumps, as they stand on one machine; each notices within a second.
    StepClock,
}

/// Before a process that was told to end is called stuck: it finishes exchanges of up to 20 s.
const END: Duration = Duration::from_secs(60);

impl Campaign {
    pub(super) async fn strike(&mut self, strike: Strike) {
        match strike {
            Strike::Kill => {
                let part = self.any_part();
                self.parts[part].running.take().unwrap().kill().await;
                self.parts[part].start_again();
            }
            Strike::RollingRestart => {
                for part in &mut self.parts {
                    let old = part.running.take().unwrap();
                    let log = old.log();
                    let status = old.terminate(END).await;
                    assert!(status.success(), "{}: {status}\n{log}", part.name);
                    part.start_again();
                }
            }
            Strike::Stop(server) => {
                tokio::task::block_in_place(|| {
                    self.servers.stop(server);
                    self.servers.bring_up(server);
                });
            }
            Strike::Crash(server) => {
                tokio::task::block_in_place(|| {
                    self.servers.crash(server);
                    self.servers.bring_up(server);
                });
            }
            Strike::Purge => {
                let stage = queue::topology::STAGES[self.random.usize(..3)];
                let part = self.part_of(stage);
                self.parts[part].running.take().unwrap().kill().await;
                self.purge(&self.broker.topology().queue(stage, Lane::Live)).await;
                self.parts[part].start_again();
            }
            Strike::Cut(server) => self.any_line(server).cut(),
            Strike::Forget(server) => self.any_line(server).forget(),
            Strike::Stall(server) => {
                let time = self.between(1.0, 30.0);
                let line = self.any_line(server);
                line.stall();
                tokio::time::sleep(time).await;
                line.resume();
            }
            Strike::MemoryAlarm => {
                let time = self.between(2.0, 10.0);
                self.watermark(&["absolute", "1"]);
                tokio::time::sleep(time).await;
                self.watermark(&["0.4"]);
            }
            Strike::FullDisk => {
                let time = self.between(2.0, 10.0);
                let full = self.disk.as_ref().unwrap().fill();
                tokio::time::sleep(time).await;
                drop(full);
            }
            Strike::StepClock => {
                self.step_clock();
                // The next step is one of its own: two within a second would look like one of another size.
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
    }

    /// The process that runs a stage.
    fn part_of(&self, stage: &str) -> usize {
        self.parts.iter().position(|part| part.name.starts_with(stage)).unwrap_or(0)
    }

    /// Purges as soon as something waits, which after a death takes the broker a moment.
    async fn purge(&mut self, queue: &str) {
        let begun = Instant::now();
        let mut purged = 0;
        while purged == 0 && begun.elapsed() < Duration::from_secs(5) {
            purged = self.broker.purge(queue).await.unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.purged += purged;
    }

    fn any_part(&mut self) -> usize {
        self.random.usize(..self.parts.len())
    }

    fn any_line(&mut self, server: Server) -> &Proxy {
        let connected: Vec<usize> =
            (0..self.parts.len()).filter(|part| self.parts[*part].speaks_to(server)).collect();
        let chosen = connected[self.random.usize(..connected.len())];
        match server {
            Server::RabbitMq => &self.parts[chosen].to_broker,
            Server::Postgres => &self.parts[chosen].to_database,
        }
    }

    fn between(&mut self, from: f64, to: f64) -> Duration {
        Duration::from_secs_f64(from + self.random.f64() * (to - from))
    }

    fn watermark(&self, arguments: &[&str]) {
        let arguments = [&["set_vm_memory_high_watermark"], arguments].concat();
        tokio::task::block_in_place(|| self.servers.rabbitmqctl(&arguments));
    }

    /// By seconds as after a leap, by minutes as after a resumed machine, by an hour as after a wrong time
    /// zone; forward or back.
    fn step_clock(&mut self) {
        let size = [3, 150, 3600][self.random.usize(..3)];
        let step = if self.random.bool() { size } else { -size };
        self.parts.iter_mut().for_each(|part| part.step_clock(step));
    }
}
