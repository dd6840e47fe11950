import type { ServiceTable } from './services.ts';

/** FOCUS service categories by `product/service` of OCI's cost reports, in upper case. */
export const ociServices: ServiceTable = {
  'Compute|Virtual Machines': ['COMPUTE'],
  'Storage|Block Storage': ['BLOCK_STORAGE'],
  'Storage|Object Storage': ['OBJECTSTORE', 'OBJECT_STORAGE'],
  'Storage|File Storage': ['FILE_STORAGE', 'FILESTORAGE'],
  'Networking|Network Infrastructure': ['NETWORK', 'VCN'],
  'Networking|Application Networking': ['LOADBALANCER', 'LOAD_BALANCER', 'LBAAS'],
  'Networking|Network Routing': ['DNS'],
  'Databases|Relational Databases': ['DATABASE', 'MYSQL', 'MYSQL_HEATWAVE', 'POSTGRESQL'],
  'Databases|Data Warehouses': ['AUTONOMOUS_DATABASE', 'ADW'],
  'Databases|NoSQL Databases': ['NOSQL'],
  'AI and Machine Learning|Generative AI': [
    'GENERATIVE_AI',
    'GENERATIVEAI',
    'OCI_GENERATIVE_AI',
    'GENERATIVE_AI_AGENTS',
  ],
  'AI and Machine Learning|Machine Learning': ['DATA_SCIENCE', 'DATASCIENCE'],
  'AI and Machine Learning|AI Platforms': ['AI_VISION', 'AI_SPEECH', 'AI_DOCUMENT', 'AI_ANOMALY_DETECTION'],
  'AI and Machine Learning|Natural Language Processing': ['AI_LANGUAGE'],
  'AI and Machine Learning|Bots': ['DIGITAL_ASSISTANT'],
  'Compute|Containers': ['CONTAINERENGINE', 'OKE', 'CONTAINER_INSTANCES'],
  'Compute|Serverless Compute': ['FUNCTIONS'],
  'Management and Governance|Observability': ['MONITORING', 'LOGGING', 'TELEMETRY', 'APM'],
  'Security|Secret Management': ['KMS', 'VAULT'],
  'Integration|Messaging': ['STREAMING', 'NOTIFICATIONS', 'QUEUE'],
  'Integration|API Management': ['APIGATEWAY', 'API_GATEWAY'],
};
