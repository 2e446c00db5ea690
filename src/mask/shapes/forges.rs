//! Forges and build services: where code is kept, built and measured.

use super::{Shape, checks, form, near};

#[rustfmt::skip]
pub const RULES: &[Shape] = &[
    form("github-token", "GitHub token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"\bgh[pousr]_[A-Za-z0-9]{36,}")
        .check(checks::github)
        .aka(&["github-pat", "github-oauth", "github-app-token", "github-refresh-token"])
        .yes(&["TOKEN=ghp_{crc:30}", r#"  key: "ghs_{crc:30}","#])
        .no(&["TOKEN=ghp_{w:7}", r#"  key: "ghs_{x:30}","#]),
    form("github-app-token", "GitHub installation token", &["ghs_", "ghu_"],
        r"\bgh[su]_[A-Za-z0-9]{20,}_[A-Za-z0-9_]{16,}(?:\.[A-Za-z0-9_-]+){0,2}")
        .yes(&["TOKEN=ghs_{w:24}_{w:40}", r#"  key: "ghs_{w:24}_{w:40}","#])
        .no(&["TOKEN=ghs_{w:7}", r#"  key: "ghs_{x:24}_{x:40}","#]),
    form("github-pat", "GitHub fine-grained token", &["github_pat_"],
        r"\bgithub_pat_[A-Za-z0-9_]{36,255}")
        .aka(&["github-fine-grained-pat"])
        .yes(&["TOKEN=github_pat_{w:22}_{w:59}", r#"  key: "github_pat_{w:22}_{w:59}","#])
        .no(&["TOKEN=github_pat_{w:7}", r#"  key: "github_pat_{x:22}_{x:59}","#]),
    form("gitlab-token", "GitLab access token", &["glpat-"],
        r"\bglpat-[A-Za-z0-9_-]{20,300}(?:\.[0-9a-z]{2}[0-9a-z]{7})?")
        .aka(&["gitlab-pat", "gitlab-pat-routable"])
        .yes(&["TOKEN=glpat-{u:20}", r#"  key: "glpat-{u:27}.01{a:7}","#])
        .no(&["TOKEN=glpat-{u:6}", r#"  key: "glpat-{x:27}.01{x:7}","#]),
    form("gitlab-deploy-token", "GitLab deploy token", &["gldt-"],
        r"\bgldt-[A-Za-z0-9_-]{20,64}")
        .aka(&["gitlab-deploy-token"])
        .yes(&["TOKEN=gldt-{w:20}", r#"  key: "gldt-{w:20}","#])
        .no(&["TOKEN=gldt-{w:6}", r#"  key: "gldt-{x:20}","#]),
    form("gitlab-runner-token", "GitLab runner token", &["glrt-", "glrtr-", "GR1348941"],
        r"\b(?:glrtr?-(?:t\d_)?|GR1348941)[A-Za-z0-9_.-]{20,300}")
        .aka(&["gitlab-runner-authentication-token", "gitlab-rrt", "gitlab-runner-authentication-token-routable"])
        .yes(&["TOKEN=glrt-{w:20}", r#"  key: "GR1348941{w:20}","#])
        .no(&["TOKEN=glrt-{w:6}", r#"  key: "GR1348941{x:20}","#]),
    form("gitlab-job-token", "GitLab job token", &["glcbt-"],
        r"\bglcbt-(?:[0-9a-zA-Z]{1,5}_)?[0-9a-zA-Z_-]{20,64}")
        .aka(&["gitlab-cicd-job-token"])
        .yes(&["TOKEN=glcbt-1f_{w:20}", r#"  key: "glcbt-1f_{w:20}","#])
        .no(&["TOKEN=glcbt-1f_{w:6}", r#"  key: "glcbt-1f_{x:20}","#]),
    form("gitlab-trigger-token", "GitLab pipeline trigger token", &["glptt-"],
        r"\bglptt-[0-9a-f]{40}\b")
        .aka(&["gitlab-ptt"])
        .yes(&["TOKEN=glptt-{h:40}", r#"  key: "glptt-{h:40}","#])
        .no(&["TOKEN=glptt-{h:7}", r#"  key: "glptt-{x:40}","#]),
    form("gitlab-feed-token", "GitLab feed token", &["glft-"],
        r"\bglft-[A-Za-z0-9_-]{20,64}")
        .aka(&["gitlab-feed-token"])
        .yes(&["TOKEN=glft-{w:20}", r#"  key: "glft-{w:20}","#])
        .no(&["TOKEN=glft-{w:6}", r#"  key: "glft-{x:20}","#]),
    form("gitlab-mail-token", "GitLab incoming mail token", &["glimt-"],
        r"\bglimt-[A-Za-z0-9_-]{25}\b")
        .aka(&["gitlab-incoming-mail-token"])
        .yes(&["TOKEN=glimt-{a:25}", r#"  key: "glimt-{a:25}","#])
        .no(&["TOKEN=glimt-{a:7}", r#"  key: "glimt-{x:25}","#]),
    form("gitlab-agent-token", "GitLab agent token", &["glagent-"],
        r"\bglagent-[A-Za-z0-9_-]{50,64}")
        .aka(&["gitlab-kubernetes-agent-token"])
        .yes(&["TOKEN=glagent-{w:50}", r#"  key: "glagent-{w:50}","#])
        .no(&["TOKEN=glagent-{w:7}", r#"  key: "glagent-{x:50}","#]),
    form("gitlab-oauth-secret", "GitLab application secret", &["gloas-"],
        r"\bgloas-[A-Za-z0-9_-]{64}")
        .aka(&["gitlab-oauth-app-secret"])
        .yes(&["TOKEN=gloas-{h:64}", r#"  key: "gloas-{h:64}","#])
        .no(&["TOKEN=gloas-{h:7}", r#"  key: "gloas-{x:64}","#]),
    form("gitlab-scim-token", "GitLab SCIM token", &["glsoat-"],
        r"\bglsoat-[A-Za-z0-9_-]{20,64}")
        .aka(&["gitlab-scim-token"])
        .yes(&["TOKEN=glsoat-{w:20}", r#"  key: "glsoat-{w:20}","#])
        .no(&["TOKEN=glsoat-{w:6}", r#"  key: "glsoat-{x:20}","#]),
    form("gitlab-flag-token", "GitLab feature flag token", &["glffct-"],
        r"\bglffct-[A-Za-z0-9_-]{20,64}")
        .aka(&["gitlab-feature-flag-client-token"])
        .yes(&["TOKEN=glffct-{w:20}", r#"  key: "glffct-{w:20}","#])
        .no(&["TOKEN=glffct-{w:6}", r#"  key: "glffct-{x:20}","#]),
    form("bitbucket-password", "Bitbucket app password", &["ATBB"],
        r"\bATBB[A-Za-z0-9]{32}\b")
        .yes(&["TOKEN=ATBB{w:32}", r#"  key: "ATBB{w:32}","#])
        .no(&["TOKEN=ATBB{w:7}", r#"  key: "ATBB{x:32}","#]),
    form("bitbucket-token", "Bitbucket access token", &["ATCTT3"],
        r"\bATCTT3[A-Za-z0-9_=-]{50,300}")
        .yes(&["TOKEN=ATCTT3{w:60}", r#"  key: "ATCTT3{w:60}","#])
        .no(&["TOKEN=ATCTT3{w:7}", r#"  key: "ATCTT3{x:60}","#]),
    form("bitbucket-secret", "Bitbucket client secret", &["bitbucket"],
        near!(r"bitbucket[\w .-]{0,16}secret", "[A-Za-z0-9_=-]{64}"))
        .aka(&["bitbucket-client-secret"])
        .yes(&["BITBUCKET_CLIENT_SECRET={w:64}", r#"bitbucketClientSecret: "{w:64}","#])
        .no(&["BITBUCKET_CLIENT_SECRET={w:7}", "OTHER={w:64}"]),
    form("atlassian-token", "Atlassian token", &["ATATT3"],
        r"\bATATT3[A-Za-z0-9_=-]{50,300}")
        .aka(&["atlassian-api-token"])
        .yes(&["TOKEN=ATATT3{w:70}", r#"  key: "ATATT3{w:70}","#])
        .no(&["TOKEN=ATATT3{w:7}", r#"  key: "ATATT3{x:70}","#]),
    form("atlassian-legacy-token", "Atlassian token", &["atlassian", "jira", "confluence"],
        near!(r"(?:atlassian|jira|confluence)[\w .-]{0,16}(?:token|key|pass)", "[A-Za-z0-9]{24}"))
        .entropy(3.0)
        .yes(&["JIRA_API_TOKEN={w:24}", r#"jiraApiToken: "{w:24}","#])
        .no(&["JIRA_API_TOKEN={w:7}", "OTHER={w:24}"]),
    form("trello-token", "Trello token", &["ATTA"],
        r"\bATTA[0-9a-f]{64}[0-9A-F]{8}\b")
        .yes(&["TOKEN=ATTA{h:64}{H:8}", r#"  key: "ATTA{h:64}{H:8}","#])
        .no(&["TOKEN=ATTA{h:7}", r#"  key: "ATTA{x:64}{x:8}","#]),
    form("azure-devops-token", "Azure DevOps token", &["AZDO"],
        r"\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b")
        .yes(&["TOKEN={w:76}AZDO{w:4}", r#"  key: "{w:76}AZDO{w:4}","#])
        .no(&["TOKEN={w:7}", r#"  key: "{x:76}AZDO{x:4}","#]),
    form("azure-devops-pat", "Azure DevOps token", &["azure_devops", "azuredevops", "azure-devops", "ado_pat", "adopat", "ado_token", "adotoken", "vsts"],
        near!(r"(?:azure[_-]?devops|ado|vsts)[\w .-]{0,16}(?:pat|token|key)", "[a-z2-7]{52}"))
        .yes(&["ADO_PAT={2:52}", r#"adoPat: "{2:52}","#])
        .no(&["ADO_PAT={2:7}", "OTHER={2:52}"]),
    form("sourcegraph-token", "Sourcegraph token", &["sgp_", "sgd_"],
        r"\bsg[pd]_(?:(?:local|[a-f0-9]{16})_)?[a-f0-9]{40,128}\b")
        .aka(&["sourcegraph-access-token"])
        .yes(&["TOKEN=sgp_{h:40}", r#"  key: "sgp_{h:40}","#])
        .no(&["TOKEN=sgp_{h:7}", r#"  key: "sgp_{x:40}","#]),
    form("gitea-token", "Gitea or Forgejo token", &["gitea", "forgejo"],
        near!(r"(?:gitea|forgejo)[\w .-]{0,16}(?:token|key)", "[0-9a-f]{40}"))
        .yes(&["GITEA_TOKEN={h:40}", r#"giteaToken: "{h:40}","#])
        .no(&["GITEA_TOKEN={h:7}", "OTHER={h:40}"]),
    form("gitter-token", "Gitter token", &["gitter"],
        near!(r"gitter[\w .-]{0,16}(?:token|key)", "[0-9a-f]{40}"))
        .aka(&["gitter-access-token"])
        .yes(&["GITTER_ACCESS_TOKEN={h:40}", r#"gitterAccessToken: "{h:40}","#])
        .no(&["GITTER_ACCESS_TOKEN={h:7}", "OTHER={h:40}"]),
    form("phabricator-token", "Phabricator token", &["api-", "cli-"],
        r"\b(?:api|cli)-[a-z2-7]{28}\b")
        .entropy(3.2)
        .yes(&["TOKEN=cli-{2:28}", r#"  key: "cli-{2:28}","#])
        .no(&["TOKEN=cli-{2:7}", r#"  key: "cli-{x:28}","#]),
    form("codecov-token", "Codecov token", &["codecov"],
        near!(r"codecov[\w .-]{0,16}token", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-z]{32}"))
        .aka(&["codecov-access-token"])
        .yes(&["CODECOV_TOKEN={uuid}", r#"codecovToken: "{uuid}","#])
        .no(&["CODECOV_TOKEN={h:20}", "OTHER={uuid}"]),
    form("coveralls-token", "Coveralls token", &["coveralls"],
        near!(r"coveralls[\w .-]{0,16}token", "[A-Za-z0-9]{32,37}"))
        .entropy(3.0)
        .yes(&["COVERALLS_REPO_TOKEN={w:33}", r#"coverallsRepoToken: "{w:33}","#])
        .no(&["COVERALLS_REPO_TOKEN={w:7}", "OTHER={w:33}"]),
    form("snyk-token", "Snyk token", &["snyk"],
        near!(r"snyk[\w .-]{0,16}(?:token|key)", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .aka(&["snyk-api-token"])
        .yes(&["SNYK_TOKEN={uuid}", r#"snykToken: "{uuid}","#])
        .no(&["SNYK_TOKEN={h:20}", "OTHER={uuid}"]),
    form("sonar-token", "SonarQube token", &["squ_", "sqp_", "sqa_"],
        r"\bsq[upa]_[0-9a-f]{40}\b")
        .yes(&["TOKEN=squ_{h:40}", r#"  key: "squ_{h:40}","#])
        .no(&["TOKEN=squ_{h:7}", r#"  key: "squ_{x:40}","#]),
    form("sonar-legacy-token", "SonarQube token", &["sonar"],
        near!(r"sonar[\w .-]{0,10}(?:token|login)", "[0-9a-f]{40}"))
        .aka(&["sonar-api-token"])
        .yes(&["SONAR_TOKEN={h:40}", r#"sonarToken: "{h:40}","#])
        .no(&["SONAR_TOKEN={h:7}", "OTHER={h:40}"]),
    form("codacy-token", "Codacy token", &["codacy"],
        near!(r"codacy[\w .-]{0,16}token", "[0-9a-f]{32}"))
        .yes(&["CODACY_PROJECT_TOKEN={h:32}", r#"codacyProjectToken: "{h:32}","#])
        .no(&["CODACY_PROJECT_TOKEN={h:7}", "OTHER={h:32}"]),
    form("codeclimate-token", "Code Climate reporter id", &["cc_test_reporter"],
        near!("cc_test_reporter_id", "[0-9a-f]{64}"))
        .yes(&["CC_TEST_REPORTER_ID={h:64}", r#"cc_test_reporter_id: "{h:64}","#])
        .no(&["CC_TEST_REPORTER_ID={h:7}", "OTHER={h:64}"]),
    form("travis-token", "Travis CI token", &["travis"],
        near!(r"travis[\w .-]{0,16}(?:token|key)", "[A-Za-z0-9_-]{22}"))
        .entropy(3.0)
        .aka(&["travisci-access-token"])
        .yes(&["TRAVIS_API_TOKEN={w:22}", r#"travisApiToken: "{w:22}","#])
        .no(&["TRAVIS_API_TOKEN={w:7}", "OTHER={w:22}"]),
    form("circleci-token", "CircleCI token", &["CCIPAT_", "CCIPRJ_"],
        r"\bCCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}\b")
        .yes(&["TOKEN=CCIPAT_{w:22}_{h:40}", r#"  key: "CCIPAT_{w:22}_{h:40}","#])
        .no(&["TOKEN=CCIPAT_{w:7}", r#"  key: "CCIPAT_{x:22}_{x:40}","#]),
    form("circleci-legacy-token", "CircleCI token", &["circle"],
        near!(r"circle(?:ci)?[\w .-]{0,16}token", "[0-9a-f]{40}"))
        .yes(&["CIRCLE_TOKEN={h:40}", r#"circleToken: "{h:40}","#])
        .no(&["CIRCLE_TOKEN={h:7}", "OTHER={h:40}"]),
    form("buildkite-token", "Buildkite token", &["bkua_", "bkct_", "bkat_"],
        r"\bbk(?:ua|ct|at)_[A-Za-z0-9_.-]{30,80}")
        .yes(&["TOKEN=bkua_{h:40}", r#"  key: "bkua_{h:40}","#])
        .no(&["TOKEN=bkua_{h:7}", r#"  key: "bkua_{x:40}","#]),
    form("drone-token", "Drone token", &["drone"],
        near!(r"drone[\w .-]{0,16}(?:token|secret)", "[A-Za-z0-9]{32}"))
        .entropy(3.0)
        .aka(&["droneci-access-token"])
        .yes(&["DRONE_TOKEN={w:32}", r#"droneToken: "{w:32}","#])
        .no(&["DRONE_TOKEN={w:7}", "OTHER={w:32}"]),
    form("jenkins-token", "Jenkins token", &["jenkins"],
        near!(r"jenkins[\w .-]{0,16}(?:token|key)", "11[0-9a-f]{32}|[0-9a-f]{32}"))
        .yes(&["JENKINS_API_TOKEN={h:32}", r#"jenkinsApiToken: "{h:32}","#])
        .no(&["JENKINS_API_TOKEN={h:7}", "OTHER={h:32}"]),
    form("harness-token", "Harness token", &["pat.", "sat."],
        r"\b[ps]at\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}\b")
        .aka(&["harness-api-key"])
        .yes(&["TOKEN=pat.{w:22}.{h:24}.{w:20}", r#"  key: "pat.{w:22}.{h:24}.{w:20}","#])
        .no(&["TOKEN=pat.{w:7}", r#"  key: "pat.{x:22}.{x:24}.{x:20}","#]),
    form("octopus-key", "Octopus Deploy key", &["API-"],
        r"\bAPI-[A-Z0-9]{26,32}\b")
        .entropy(3.0)
        .aka(&["octopus-deploy-api-key"])
        .yes(&["TOKEN=API-{U:26}", r#"  key: "API-{U:26}","#])
        .no(&["TOKEN=API-{U:7}", r#"  key: "API-{x:26}","#]),
    form("teamcity-token", "TeamCity token", &["eyJ0eXAiOiAiVENWMiJ9"],
        r"\beyJ0eXAiOiAiVENWMiJ9\.[A-Za-z0-9_-]{36}\.[A-Za-z0-9_-]{48}\b")
        .yes(&["TOKEN=eyJ0eXAiOiAiVENWMiJ9.{w:36}.{w:48}", r#"  key: "eyJ0eXAiOiAiVENWMiJ9.{w:36}.{w:48}","#])
        .no(&["TOKEN=eyJ0eXAiOiAiVENWMiJ9.{w:7}", r#"  key: "eyJ0eXAiOiAiVENWMiJ9.{x:36}.{x:48}","#]),
    form("appveyor-token", "AppVeyor token", &["appveyor"],
        near!(r"appveyor[\w .-]{0,16}token", r"(?:v2\.)?[a-z0-9]{20}"))
        .entropy(3.0)
        .yes(&["APPVEYOR_TOKEN={a:20}", r#"appveyorToken: "{a:20}","#])
        .no(&["APPVEYOR_TOKEN={a:6}", "OTHER={a:20}"]),
    form("infracost-key", "Infracost key", &["ico-"],
        r"\bico-[A-Za-z0-9]{32}\b")
        .aka(&["infracost-api-token"])
        .yes(&["TOKEN=ico-{w:32}", r#"  key: "ico-{w:32}","#])
        .no(&["TOKEN=ico-{w:7}", r#"  key: "ico-{x:32}","#]),
    form("scalr-token", "Scalr token", &["scalr"],
        r"(?i:scalr[\w .-]{0,16}token)\W{1,6}(eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,})")
        .yes(&["SCALR_TOKEN=eyJ{w:30}.{w:40}.{w:43}", "# SCALR_TOKEN=eyJ{w:30}.{w:40}.{w:43}"])
        .no(&["SCALR_TOKEN=eyJ{w:7}", "SCALR_TOKEN=eyJ{x:30}.{x:40}.{x:43}"]),
    form("authress-key", "Authress service client key", &["sc_", "ext_", "scauth_", "authress_"],
        r"\b(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[a-z0-9+/_=-]{30,120}")
        .aka(&["authress-service-client-access-key"])
        .yes(&["TOKEN=sc_{a:12}.{a:5}.acc-{a:16}.{a:43}", r#"  key: "sc_{a:12}.{a:5}.acc-{a:16}.{a:43}","#])
        .no(&["TOKEN=sc_{a:4}", r#"  key: "sc_{x:12}.{x:5}.acc-{x:16}.{x:43}","#]),
];
