//! Runs `cbr` as its users do, isolated from the machine, and checks the rules for every run.

mod account;
mod cbr;
mod csv;
mod http;
mod process;
mod proxy;
mod python;
mod request;
mod rules;
mod sandbox;
mod service;
mod shell;
mod tls;
mod tunnel;
mod vendor;
mod yaml;

pub(crate) use account::*;
pub(crate) use cbr::{Cbr, Run, cbr, program, sandboxed};
pub(crate) use process::Process;
pub(crate) use proxy::Proxy;
pub(crate) use python::python;
pub(crate) use request::Request;
pub(crate) use sandbox::Sandbox;
pub(crate) use service::{Answer, Received, Service};
pub(crate) use shell::{script, terminal};
pub(crate) use tls::Tls;
pub(crate) use tunnel::Tunnel;
pub(crate) use vendor::{openstack, prometheus_client, sdk};
pub(crate) use yaml::read as read_yaml;
