# Writes r-forecast.json: what R's `forecast` makes of seeded series, for r-forecast.test.ts.
# On Debian: apt-get install r-base-core r-cran-forecast r-cran-jsonlite; then, in this folder, Rscript r-forecast.R, and npm run fix.
suppressMessages({library(forecast); library(jsonlite)})
set.seed(20261126)

n <- 120
h <- 18
month <- rep(c(-9, -6, 2, 4, 5, 9, 12, 8, 1, -3, -10, -13), length.out = n)
week <- rep(c(6, 8, 7, 6, 3, -14, -16), length.out = 140)
round4 <- function(x) round(as.numeric(x), 4)
series <- list(
  level = list(period = 1, values = round4(200 + cumsum(rnorm(n, 0, 2)) + rnorm(n, 0, 6))),
  walk = list(period = 1, values = round4(500 + cumsum(rnorm(n, 0.8, 5)))),
  trend = list(period = 1, values = round4(300 + 2.5 * (1:n) + cumsum(rnorm(n, 0, 1.5)) + rnorm(n, 0, 8))),
  monthly = list(period = 12, values = round4(150 + 0.6 * (1:n) + month + rnorm(n, 0, 3))),
  growing = list(period = 12, values = round4((120 + 1.5 * (1:n)) * (1 + month / 60) * exp(rnorm(n, 0, 0.03)))),
  weekly = list(period = 7, values = round4(80 + week + as.numeric(arima.sim(list(ar = 0.7), 140)) * 2))
)
forms <- list(
  level = c("ANN", "MNN"), walk = c("ANN", "AAN"), trend = c("AAN", "MAN"),
  monthly = c("ANA", "AAA", "MAM"), growing = c("MNM", "MAM"), weekly = c("ANA", "MNM")
)

# From R's last states on without the terms of the variance that its exact mean of M?M has. (What R simulates is no help: there a
# damped trend is damped by one power too few.)
path_from <- function(fit, damped, phi, name) {
  last <- tail(fit$states, 1)
  seasonal <- last[grepl("^s", colnames(fit$states))]
  sapply(1:h, function(step) {
    base <- last[1, "l"] + if (damped) sum(phi^(1:step)) * last[1, "b"] else 0
    if (length(seasonal) == 0) return(as.numeric(base))
    season <- seasonal[length(seasonal) - (step - 1) %% length(seasonal)]
    as.numeric(if (substr(name, 3, 3) == "M") base * season else base + season)
  })
}

fitted_form <- function(y, name) {
  # A trend is damped: so are ours.
  damped <- substr(name, 2, 2) == "A"
  fit <- ets(y, model = name, damped = damped)
  par <- as.list(fit$par)
  get <- function(key, other) if (is.null(par[[key]])) other else as.numeric(par[[key]])
  # `initstate` holds the level, the slope and the seasons, that of the first value last.
  seasons <- rev(as.numeric(fit$initstate[grepl("^s", names(fit$initstate))]))
  list(
    form = name, alpha = get("alpha", 0), beta = get("beta", 0), gamma = get("gamma", 0), phi = get("phi", 1),
    level = as.numeric(fit$initstate["l"]), slope = if (damped) as.numeric(fit$initstate["b"]) else 0, season = seasons,
    likelihood = -2 * fit$loglik, aicc = fit$aicc, forecast = as.numeric(forecast(fit, h = h)$mean),
    path = path_from(fit, damped, get("phi", 1), name)
  )
}

answers <- lapply(names(series), function(name) {
  one <- series[[name]]
  y <- ts(one$values, frequency = one$period)
  standard <- thetaf(y, h = h)
  list(
    name = name, period = one$period, values = one$values,
    naive = as.numeric(if (one$period > 1) snaive(y, h = h)$mean else naive(y, h = h)$mean),
    ets = lapply(forms[[name]], function(form) fitted_form(y, form)),
    theta = list(alpha = as.numeric(ses(y, h = 1)$model$par["alpha"]), level = as.numeric(ses(y, h = 1)$model$initstate[1]),
                 forecast = as.numeric(standard$mean)),
    adjusted = if (one$period > 1) as.numeric(seasadj(mstl(y))) else NULL,
    stlf = if (one$period > 1) as.numeric(stlf(y, h = h)$mean) else NULL
  )
})

about <- paste("R", getRversion(), "forecast", packageVersion("forecast"))
write(toJSON(list(about = about, series = answers), auto_unbox = TRUE, digits = 10, null = "null"), "r-forecast.json")
