//! Composition: builds every room's handle once, registers the doors, runs until told to stop.
//! This file alone knows all rooms.

use std::fs;
use std::io::IsTerminal;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, PayloadConfig, ServiceConfig};
use actix_web::{App as ActixApp, HttpRequest, HttpServer};
use sea_orm_migration::async_trait;
use tokio::signal::unix::{SignalKind, signal};

use crate::base::{Clock, Code, OrCode, Result};
use crate::config::{Config, LogFormat};
use crate::domain::people::{sessions, throttle};
use crate::domain::repeats;
use crate::domain::settings::{self, SetUp, Site};
use crate::domain::subscriptions;
use crate::gateway::{self, Gateway};
use crate::ingress::{self, Ingress};
use crate::jobs::Jobs;
use crate::ledger::{self, Ledger};
use crate::portal::fault::KnownSite;
use crate::store::{Change, Db, Listener, Node, Noted};
use crate::web::document::ApiDocument;
use crate::web::fault::Painter;
use crate::web::form::BODY_CAP;
use crate::web::guard::{self, SetUpDone};
use crate::web::health::{self, Ready};
use crate::web::once::SentForms;
use crate::web::shown::ShownOnce;
use crate::web::unsent::Unsent;
use crate::web::{assets, headers, mount};
use crate::{api, portal};

/// Everything a running Portico is made of.
#[derive(Clone)]
pub struct App {
    pub config: Config,
    pub db: Db,
    pub ledger: Ledger,
    pub gateway: Gateway,
    pub ready: Ready,
    node: Node,
    set_up: SetUpDone,
    shown: ShownOnce,
    sent: SentForms,
    unsent: Unsent,
    site: KnownSite,
    document: ApiDocument,
    settings: Arc<SettingsWatch>,
}

/// A server that listens, its address, and the way to stop it.
pub struct Running {
    pub address: SocketAddr,
    pub handle: ServerHandle,
    pub server: Server,
    pub jobs: Jobs,
}

impl App {
    /// Opens the databases and the journal of the configured data folder.
    ///
    /// # Errors
    /// When one of them cannot be opened, or another process holds the folder.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        make_private(&config.data.dir)?;
        let db = Db::open(&config, clock.clone()).await?;
        let options =
            ledger::Options { max_bytes: config.journal.max_bytes, ..ledger::Options::new(&config.data.dir) };
        let ledger = Ledger::open(&options, clock)?;
        // The ledger holds the folder from here on.
        let node = Node::of(&config.data.dir);
        repeats::broke_off(&db, node).await?;
        let gateway = start_gateway(&config, &db, &ledger).await?;
        let set_up = SetUpDone::default();
        let (ready, shown, sent) = (Ready::default(), ShownOnce::default(), SentForms::default());
        let (unsent, site) = (Unsent::default(), KnownSite::default());
        let document = ApiDocument::new(api::document::value);
        let settings = Arc::new(SettingsWatch {
            db: db.clone(),
            done: set_up.clone(),
            site: site.clone(),
            behind: AtomicBool::default(),
        });
        settings.read().await?;
        db.listen(Arc::<SettingsWatch>::clone(&settings));
        Ok(Self {
            config,
            db,
            ledger,
            gateway,
            ready,
            node,
            set_up,
            shown,
            sent,
            unsent,
            site,
            document,
            settings,
        })
    }

    /// Listens and starts the background tasks. The server runs when its future is awaited or spawned.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn start(&self, listener: TcpListener) -> Result<Running> {
        let address = listener.local_addr().or_code(Code::Internal)?;
        let app = self.clone();
        let calls = Ingress::new(self.gateway.clone(), ingress_settings(&self.config));
        let server = HttpServer::new(move || {
            let (app, calls) = (app.clone(), calls.clone());
            ActixApp::new().configure(move |config| app.mount(config, calls)).wrap(from_fn(headers::wrap))
        })
        .workers(self.config.server.workers)
        .h1_allow_half_closed(false)
        // Without it a stream's second chunk waits for the caller's delayed acknowledgement of the first.
        .tcp_nodelay(true)
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(Duration::from_secs(5))
        .shutdown_timeout(self.config.server.shutdown_seconds)
        .disable_signals()
        .listen(listener)
        .or_code(Code::Internal)?
        .run();
        self.ready.set(true);
        Ok(Running { address, handle: server.handle(), server, jobs: self.jobs() })
    }

    fn mount(&self, config: &mut ServiceConfig, calls: Data<Ingress>) {
        config
            .app_data(Data::new(self.db.clone()))
            .app_data(Data::new(self.config.clone()))
            .app_data(Data::new(self.ledger.clone()))
            .app_data(Data::new(self.gateway.clone()))
            .app_data(Data::new(self.set_up.clone()))
            .app_data(Data::new(self.ready.clone()))
            .app_data(Data::new(self.node))
            .app_data(Data::new(self.shown.clone()))
            .app_data(Data::new(self.sent.clone()))
            .app_data(Data::new(self.unsent.clone()))
            .app_data(Data::new(self.document.clone()))
            .app_data(Data::new(self.site.clone()))
            .app_data(self.painter())
            .app_data(PayloadConfig::new(BODY_CAP));
        health::mount(config);
        ingress::mount(config, calls);
        config.service(
            web::resource("/static/{name}").wrap(Compress::default()).route(web::get().to(assets::serve)),
        );
        config.route("/favicon.ico", web::get().to(assets::favicon));
        mount(config, api::endpoints());
        mount(config, portal::pages());
        let unknown =
            web::to(async |request: HttpRequest, calls: Data<Ingress>| {
                match ingress::is_programs(&request) {
                    true => ingress::unknown_path(request, calls).await,
                    false => guard::unknown_page(&request).await,
                }
            });
        config.default_service(unknown.wrap(from_fn(guard::outside)));
    }

    fn painter(&self) -> Painter {
        let (db, site) = (self.db.clone(), self.site.clone());
        Painter(Arc::new(move |scene| {
            let (db, site) = (db.clone(), site.get());
            Box::pin(async move { portal::fault::paint(&db, site, scene).await })
        }))
    }

    fn jobs(&self) -> Jobs {
        let mut jobs = Jobs::default();
        let (gateway, ready) = (self.gateway.clone(), self.ready.clone());
        jobs.every("changes", Duration::from_millis(500), move || {
            let (gateway, ready) = (gateway.clone(), ready.clone());
            async move {
                let followed = gateway.follow().await;
                ready.saw_database(&followed);
                followed
            }
        });
        let settings = Arc::clone(&self.settings);
        jobs.every("settings", Duration::from_secs(5), move || {
            let settings = Arc::clone(&settings);
            async move { settings.catch_up().await }
        });
        let (ledger, db) = (self.ledger.clone(), self.db.clone());
        jobs.every("drain", Duration::from_secs(1), move || {
            let (ledger, db) = (ledger.clone(), db.clone());
            async move { ledger.drain_once(&db).await.map(drop) }
        });
        let db = self.db.clone();
        jobs.every("sweep", Duration::from_secs(3_600), move || {
            let db = db.clone();
            async move {
                throttle::sweep(&db).await?;
                repeats::sweep(&db).await?;
                sessions::sweep(&db).await.map(drop)
            }
        });
        let db = self.db.clone();
        jobs.every("subscriptions", Duration::from_secs(60), move || {
            let db = db.clone();
            async move { subscriptions::end_due(&db).await.map(drop) }
        });
        jobs
    }
}

/// The gateway with the spending of this month that is on record.
async fn start_gateway(config: &Config, db: &Db, ledger: &Ledger) -> Result<Gateway> {
    let settings = gateway::Settings {
        base_url: config.public_url(),
        memory_budget: config.gateway.memory_budget as u64,
        terse_errors: config.gateway.terse_errors,
    };
    let gateway = Gateway::start(db.clone(), ledger.clone(), settings).await?;
    for spent in ledger.spent(db).await? {
        gateway.limits().seed(spent.scope, spent.subject, &spent.period, spent.nanos);
    }
    Ok(gateway)
}

fn ingress_settings(config: &Config) -> ingress::Settings {
    ingress::Settings {
        body_cap: config.gateway.body_cap,
        body_seconds: config.gateway.body_seconds,
        trusted_proxies: config.server.trusted_proxies.clone(),
    }
}

/// Follows the settings that pages need without asking the database: that set-up is done, so that every
/// node opens its pages when it is done on one, and who to ask when the database itself is away.
struct SettingsWatch {
    db: Db,
    done: SetUpDone,
    site: KnownSite,
    /// A change was heard of and could not be read yet.
    behind: AtomicBool,
}

impl SettingsWatch {
    /// Reads again what could not be read when it changed.
    async fn catch_up(&self) -> Result<()> {
        if self.behind.load(Ordering::Acquire) { self.read().await } else { Ok(()) }
    }

    async fn read(&self) -> Result<()> {
        self.behind.store(true, Ordering::Release);
        self.done.0.store(settings::get::<SetUp>(&self.db).await?.done, Ordering::Release);
        self.site.set(settings::get::<Site>(&self.db).await?);
        self.behind.store(false, Ordering::Release);
        Ok(())
    }
}

#[async_trait::async_trait]
impl Listener for SettingsWatch {
    async fn apply(&self, noted: &[Noted]) {
        if noted.iter().any(|noted| noted.change == Change::Settings)
            && let Err(error) = self.read().await
        {
            tracing::warn!(%error, "the settings could not be read");
        }
    }
}

/// The command `serve`: runs until SIGTERM or SIGINT, lets open calls end, writes what is left.
///
/// # Errors
/// What keeps the server from starting.
pub fn serve(config: Config) -> Result<()> {
    log_to_stderr(&config);
    actix_web::rt::System::new().block_on(async move {
        let listener = TcpListener::bind(config.server.listen).map_err(|fault| {
            Code::Internal
                .saying(format!("Cannot listen on {}: {fault}.", config.server.listen))
                .caused_by(fault)
        })?;
        let app = App::open(config, Clock::default()).await?;
        let running = app.start(listener)?;
        tracing::info!(address = %running.address, url = app.config.public_url(), "Portico is ready");
        if !app.set_up.0.load(Ordering::Acquire) {
            tracing::info!("set-up is not done: run `portico setup-link` for the one-time link");
        }
        until_stopped(&app, running).await
    })
}

/// A stream that is still open this long before the end of its time gets an error event.
const LAST_WORDS: Duration = Duration::from_secs(1);

async fn until_stopped(app: &App, running: Running) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).or_code(Code::Internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).or_code(Code::Internal)?;
    let Running { handle, server, jobs, .. } = running;
    let (ready, gateway) = (app.ready.clone(), app.gateway.clone());
    let grace = Duration::from_secs(app.config.server.shutdown_seconds).saturating_sub(LAST_WORDS);
    actix_web::rt::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        ready.set(false);
        gateway.stop_admitting();
        tracing::info!("stopping: open calls get their time; send the signal again to stop at once");
        let stop = actix_web::rt::spawn(handle.stop(true));
        tokio::select! {
            _ = stop => return,
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = tokio::time::sleep(grace) => {
                gateway.cut_streams();
                tokio::time::sleep(LAST_WORDS).await;
            }
        }
        gateway.cut_streams();
        handle.stop(false).await;
    });
    server.await.or_code(Code::Internal)?;
    jobs.stop().await;
    app.ledger.flush();
    if let Err(error) = app.ledger.drain_once(&app.db).await {
        tracing::warn!(%error, "calls are left in the journal; the next start posts them");
    }
    forget_pid(&app.config.data.dir);
    tracing::info!("stopped");
    Ok(())
}

/// Who started this process may have written its number there. Of one that has ended it would soon name a stranger.
fn forget_pid(data: &Path) {
    let path = data.join("portico.pid");
    if fs::read_to_string(&path).is_ok_and(|text| text.trim() == std::process::id().to_string()) {
        let _ = fs::remove_file(path);
    }
}

fn log_to_stderr(config: &Config) {
    use tracing_subscriber::EnvFilter;
    // The server below calls each head it cannot read an error of ours: any stranger could fill the log.
    let filter = |level: &str| EnvFilter::try_new(format!("actix_http::h1::dispatcher=off,{level}"));
    let filter = filter(&config.log.level).or_else(|_| filter("info")).unwrap_or_default();
    // A line that cannot be written is lost and no more: saying so on the same stream would panic.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .log_internal_errors(false);
    // A second subscriber in one process (tests) is not an error.
    let _ = match config.log.format {
        LogFormat::Pretty => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

/// Makes the data folder, closed to others.
pub fn make_private(folder: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|fault| {
        Code::Internal.saying(format!("The data folder {} cannot be made: {fault}.", folder.display()))
    })?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).or_code(Code::Internal)
}
